// A message loop for tests, in place of Outlook's. For tests only.
#pragma once

#include "mapi/com_types.h"

namespace offline_state::testing {

// Dispatches messages until `done` returns true, for 10 s at most. Returns the last result of `done`.
template <typename Condition>
bool PumpUntil(Condition done) {
  for (int i = 0; i < 1000 && !done(); ++i) {
    MsgWaitForMultipleObjects(0, nullptr, FALSE, 10, QS_ALLINPUT);
    MSG message;
    while (PeekMessageW(&message, nullptr, 0, 0, PM_REMOVE) != 0) DispatchMessageW(&message);
  }
  return done();
}

// Dispatches messages for about 100 ms: long enough for an unwanted call to happen.
inline void PumpBriefly() {
  int rounds = 0;
  PumpUntil([&rounds] { return ++rounds > 10; });
}

}  // namespace offline_state::testing
