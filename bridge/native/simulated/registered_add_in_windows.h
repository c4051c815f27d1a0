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
  bool is_registered = true;        // else nothing of it is written to the registry either
};

inline constexpr unsigned long kLoadAtStartup = 3;
inline constexpr unsigned long kUnticked = 2;

// HKCU\Software\Microsoft\Office\Outlook\Addins, and from there by ProgID and CLSID, the user's classes before the
// machine's.
std::vector<RegisteredAddIn> RegisteredAddIns();

// The agent in `dll` (absolute path), as if it were registered. For who tries the product on a Windows where it is not
// installed: neither the add-ins of a real Outlook nor what that remembers of them are touched then.
RegisteredAddIn UnregisteredAgent(const std::wstring& dll);

// What Outlook writes when the user ticks or unticks an add-in.
void SetLoadBehavior(const RegisteredAddIn& add_in, unsigned long load_behavior);

}  // namespace offline_state
