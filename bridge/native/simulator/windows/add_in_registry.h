// What Outlook stores in the registry about COM add-ins: which are registered, and which it has disabled because they
// were slow or crashed. Windows only.
#pragma once

#include <string>
#include <vector>

#include "agent/windows/registration.h"
#include "mapi/com_types.h"

namespace offline_state {

struct RegisteredAddIn {
  std::wstring prog_id;
  std::wstring friendly_name;
  std::wstring dll;  // empty: there is no class of this process's bitness
  GUID class_id{};
  DWORD load_behavior = 0;    // bit 0: loaded now; bit 1: loaded at start-up
  bool is_registered = true;  // false: nothing about it is read from or written to the registry
};

inline constexpr DWORD kNotLoadedByUser = 2;  // LoadBehavior after the user has disabled the add-in

// The add-ins of HKCU\Software\Microsoft\Office\Outlook\Addins. Classes of the user take precedence over those of the
// machine.
std::vector<RegisteredAddIn> FindRegisteredAddIns();

// The agent in `dll` (absolute path) as an add-in that needs no registration. Lets the simulator run on a Windows with
// a real Outlook without changing what that stores about its add-ins.
RegisteredAddIn UnregisteredAgent(const std::wstring& dll);

// What Outlook writes when the user enables or disables an add-in.
void SetLoadBehavior(const RegisteredAddIn& add_in, DWORD load_behavior);

// HKCU\Software\Microsoft\Office\16.0\Outlook\Resiliency\DisabledItems: add-ins that Outlook does not load.
bool IsDisabledByOutlook(const RegisteredAddIn& add_in);
void DisableByOutlook(const RegisteredAddIn& add_in);

// Adds the add-in to ...\Resiliency\StartupItems while Outlook calls it. An entry that is still there at the next start
// means that Outlook crashed in that add-in.
class CrashMarker {
 public:
  explicit CrashMarker(const RegisteredAddIn& add_in);
  ~CrashMarker();
  CrashMarker(const CrashMarker&) = delete;
  CrashMarker& operator=(const CrashMarker&) = delete;

 private:
  const std::wstring value_name_;
};

// Whether Outlook's last process crashed in the add-in. Removes the entry.
bool TakeCrashMarker(const RegisteredAddIn& add_in);

}  // namespace offline_state
