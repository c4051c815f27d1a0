// Nothing may be thrown into Outlook: an exception that leaves a COM method ends it. Every entry runs its body in here.
#pragma once

#include <new>

#include "mapi/com_types.h"

namespace offline_state {

// What `body` returns (an HRESULT), or E_OUTOFMEMORY or E_UNEXPECTED for what it throws.
template <typename Body>
HRESULT AtBoundary(Body&& body) noexcept {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return E_OUTOFMEMORY;
  } catch (...) {
    return E_UNEXPECTED;
  }
}

}  // namespace offline_state
