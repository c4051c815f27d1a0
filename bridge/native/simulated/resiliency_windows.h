// How Outlook remembers add-ins that were slow or crashed it: HKCU\Software\Microsoft\Office\16.0\Outlook\Resiliency.
// Windows only.
#pragma once

#include <string>

namespace offline_state {

// An add-in as Resiliency names it: the path of its DLL and its friendly name.
struct ResilientName {
  std::wstring path;
  std::wstring name;
};

// Whether it is among DisabledItems.
bool IsDisabled(const ResilientName& add_in);
void Disable(const ResilientName& add_in);

// Written to StartupItems before an add-in is called and removed after: what is still there at the next start had
// Outlook crash while it was in the add-in.
class InTheAddIn {
 public:
  // `is_registered`: else nothing is written.
  InTheAddIn(const ResilientName& add_in, bool is_registered);
  ~InTheAddIn();
  InTheAddIn(const InTheAddIn&) = delete;
  InTheAddIn& operator=(const InTheAddIn&) = delete;

 private:
  const std::wstring value_;
};

// Whether the last Outlook crashed in it; forgets it.
bool TakeCrash(const ResilientName& add_in);

}  // namespace offline_state
