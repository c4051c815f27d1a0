#include "core/windows/identity.h"

// These need <windows.h>, which the header above includes.
#include <aclapi.h>
#include <sddl.h>

#include <array>
#include <vector>

namespace offline_state {
namespace {

std::string TextOf(PSID sid) {
  LPSTR text = nullptr;
  if (ConvertSidToStringSidA(sid, &text) == 0) return {};
  std::string copy(text);
  LocalFree(text);
  return copy;
}

}  // namespace

std::string UserOf(HANDLE process) {
  HANDLE raw = nullptr;
  if (OpenProcessToken(process, TOKEN_QUERY, &raw) == 0) return {};
  const UniqueHandle token(raw);
  DWORD size = 0;
  GetTokenInformation(token.get(), TokenUser, nullptr, 0, &size);
  // An array of pointers, because TOKEN_USER needs their alignment.
  std::vector<void*> buffer((size + sizeof(void*) - 1) / sizeof(void*));
  if (buffer.empty() || GetTokenInformation(token.get(), TokenUser, buffer.data(), size, &size) == 0) return {};
  return TextOf(reinterpret_cast<const TOKEN_USER*>(buffer.data())->User.Sid);
}

std::string OwnerOf(HANDLE object) {
  PSID owner = nullptr;
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  if (GetSecurityInfo(object, SE_KERNEL_OBJECT, OWNER_SECURITY_INFORMATION, &owner, nullptr, nullptr, nullptr,
                      &descriptor) != ERROR_SUCCESS)
    return {};
  std::string text = owner == nullptr ? std::string() : TextOf(owner);
  LocalFree(descriptor);
  return text;
}

Identity OwnIdentity() {
  Identity own;
  own.user = UserOf(GetCurrentProcess());
  if (own.user.empty()) throw LastError("GetTokenInformation(TokenUser)");
  if (ProcessIdToSessionId(GetCurrentProcessId(), &own.session) == 0) throw LastError("ProcessIdToSessionId");
  return own;
}

std::wstring ImageOf(HANDLE process) {
  std::array<wchar_t, 32768> path{};  // the longest path of Windows
  DWORD size = static_cast<DWORD>(path.size());
  if (QueryFullProcessImageNameW(process, 0, path.data(), &size) == 0) return {};
  const std::wstring full(path.data(), size);
  return full.substr(full.find_last_of(L"\\/") + 1);  // npos + 1 is 0
}

bool IsOutlook(const std::wstring& image) noexcept {
  return CompareStringOrdinal(image.c_str(), static_cast<int>(image.size()), L"OUTLOOK.EXE", -1, TRUE) == CSTR_EQUAL;
}

}  // namespace offline_state
