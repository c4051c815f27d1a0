#include "simulated/registered_add_in_windows.h"

// <windows.h> comes with the header above.
#include <objbase.h>

#include "agent/com/class_id_windows.h"
#include "simulated/registry_windows.h"

namespace offline_state {
namespace {

constexpr wchar_t kAddIns[] = L"Software\\Microsoft\\Office\\Outlook\\Addins";
constexpr REGSAM kOwnView = sizeof(void*) == 8 ? KEY_WOW64_64KEY : KEY_WOW64_32KEY;

std::wstring ClassText(const std::wstring& path) {
  for (const HKEY root : {HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE}) {
    if (const auto text = TextAt({root, L"Software\\Classes\\" + path, kOwnView}, nullptr)) return *text;
  }
  return {};
}

RegisteredAddIn Read(const std::wstring& prog_id) {
  const RegistryPath key{HKEY_CURRENT_USER, std::wstring(kAddIns) + L"\\" + prog_id};
  RegisteredAddIn add_in;
  add_in.prog_id = prog_id;
  add_in.friendly_name = TextAt(key, L"FriendlyName").value_or(prog_id);
  add_in.load_behavior = NumberAt(key, L"LoadBehavior").value_or(0);
  const std::wstring class_id = ClassText(prog_id + L"\\CLSID");
  if (FAILED(CLSIDFromString(class_id.c_str(), &add_in.class_id))) return add_in;
  add_in.dll = ClassText(L"CLSID\\" + class_id + L"\\InprocServer32");
  return add_in;
}

}  // namespace

std::vector<RegisteredAddIn> RegisteredAddIns() {
  std::vector<RegisteredAddIn> add_ins;
  for (const std::wstring& prog_id : SubkeysOf({HKEY_CURRENT_USER, kAddIns})) add_ins.push_back(Read(prog_id));
  return add_ins;
}

RegisteredAddIn UnregisteredAgent(const std::wstring& dll) {
  return {kAgentProgId, kFriendlyName, dll, kAgentClass, kLoadAtStartup, /*is_registered=*/false};
}

void SetLoadBehavior(const RegisteredAddIn& add_in, unsigned long load_behavior) {
  if (!add_in.is_registered) return;
  PutNumber({HKEY_CURRENT_USER, std::wstring(kAddIns) + L"\\" + add_in.prog_id}, L"LoadBehavior", load_behavior);
}

}  // namespace offline_state
