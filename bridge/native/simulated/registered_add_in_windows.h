// The add-ins that are registered for Outlook, as Outlook finds them. Windows only.
#pragma once

#include <string>
#include <vector>

#include "mapi/com_types.h"

namespace offline_state {

struct RegisteredAddIn {
  std::wstring prog_id;
  std::wstring friendly_name;
  std::wstring dll;  // empty: there is no class of this process's bitness
  GUID class_id{};
  unsigned long load_behavior = 0;  // bit 0: loaded; bit 1: to be loaded at start-up
};

inline constexpr unsigned long kLoadAtStartup = 3;
inline constexpr unsigned long kUnticked = 2;

// HKCU\Software\Microsoft\Office\Outlook\Addins, and from there by ProgID and CLSID, the user's classes before the
// machine's.
std::vector<RegisteredAddIn> RegisteredAddIns();

// What Outlook writes when the user ticks or unticks an add-in.
void SetLoadBehavior(const RegisteredAddIn& add_in, unsigned long load_behavior);

}  // namespace offline_state
