#include "channel/peer_windows.h"

#include <tlhelp32.h>

#include "channel/text_windows.h"

namespace offline_state {
namespace {

// Both are granted even to a normal process that asks for an elevated one of the same user.
UniqueHandle OpenToWatch(DWORD id) noexcept {
  return UniqueHandle(OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE, FALSE, id));
}

std::string Distrust(HANDLE pipe, const Peer& peer, const Identity& own) {
  const std::string who = "process " + std::to_string(peer.id);
  if (!peer.process) return who + " serves the pipe and cannot be looked at";

  DWORD session = 0;
  if (ProcessIdToSessionId(peer.id, &session) == 0 || session != own.session)
    return who + " serves the pipe from another session";

  // The token of an elevated process may be closed to a normal one. Nobody but the user can then have made an object
  // that the user owns.
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
    peer.distrust = "Windows does not say which process serves the pipe";
    return peer;
  }
  peer.process = OpenToWatch(peer.id);
  peer.distrust = Distrust(pipe, peer, own);
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
    // Empty: elevated, and so most likely this user's; the session is.
    if (!user.empty() && user != own.user) continue;
    found.id = entry.th32ProcessID;
    found.process = std::move(process);
    return found;
  }
  return found;
}

}  // namespace offline_state
