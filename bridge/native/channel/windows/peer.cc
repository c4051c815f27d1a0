#include "channel/windows/peer.h"

#include <tlhelp32.h>

#include "core/windows/wide_text.h"

namespace offline_state {
namespace {

// Windows grants both rights even to a normal process, for an elevated one of the same user.
UniqueHandle OpenToWatch(DWORD id) noexcept {
  return UniqueHandle(OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE, FALSE, id));
}

std::string RejectionReason(HANDLE pipe, const Peer& peer, const Identity& own) {
  const std::string who = "process " + std::to_string(peer.id);
  if (!peer.process) return who + " serves the pipe and cannot be inspected";

  DWORD session = 0;
  if (ProcessIdToSessionId(peer.id, &session) == 0 || session != own.session)
    return who + " serves the pipe from another session";

  // A normal process may be denied the token of an elevated one. Then the owner of the pipe decides: only this user can
  // have created an object that this user owns.
  std::string user = UserOf(peer.process.get());
  if (user.empty()) user = OwnerOf(pipe);
  if (user != own.user) return who + " serves the pipe as another user";

  const std::wstring image = ImageOf(peer.process.get());
  if (!IsOutlook(image)) return who + " serves the pipe and is " + Utf8Text(image) + ", not OUTLOOK.EXE";
  return {};
}

}  // namespace

Peer CheckServer(HANDLE pipe, const Identity& own) {
  Peer peer;
  if (GetNamedPipeServerProcessId(pipe, &peer.id) == 0) {
    peer.rejection = "Windows does not report which process serves the pipe";
    return peer;
  }
  peer.process = OpenToWatch(peer.id);
  peer.rejection = RejectionReason(pipe, peer, own);
  return peer;
}

Peer FindOutlook(const Identity& own) {
  Peer found;
  const UniqueHandle snapshot(CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0));
  if (!snapshot) return found;
  PROCESSENTRY32W entry{};
  entry.dwSize = sizeof(entry);
  for (BOOL more = Process32FirstW(snapshot.get(), &entry); more != 0; more = Process32NextW(snapshot.get(), &entry)) {
    if (!IsOutlook(entry.szExeFile)) continue;
    DWORD session = 0;
    if (ProcessIdToSessionId(entry.th32ProcessID, &session) == 0 || session != own.session) continue;
    UniqueHandle process = OpenToWatch(entry.th32ProcessID);
    if (!process || IsSet(process.get())) continue;
    const std::string user = UserOf(process.get());
    // Empty if the process is elevated: it is in this user's session, so it most likely belongs to this user.
    if (!user.empty() && user != own.user) continue;
    found.id = entry.th32ProcessID;
    found.process = std::move(process);
    return found;
  }
  return found;
}

}  // namespace offline_state
