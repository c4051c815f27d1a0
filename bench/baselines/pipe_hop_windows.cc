// Baseline: a named pipe between two processes: pipe-hop <count> <interval us> [name]. The sender starts the receiver
// (the same program, with a name) and writes as many bytes as a status frame has. The receiver writes one line per
// message to pipe-hop.txt: nanoseconds from before the write until the bytes are read.
#include <windows.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>

#include "clock.h"

namespace {

using offline_state::bench::Clock;
using offline_state::bench::NowNs;

constexpr DWORD kFrameBytes = 48;
using Message = std::array<unsigned char, kFrameBytes>;

int Receive(const char* name, int count) {
  const HANDLE pipe = CreateFileA(name, GENERIC_READ, 0, nullptr, OPEN_EXISTING, 0, nullptr);
  std::FILE* const out = std::fopen("pipe-hop.txt", "w");
  if (pipe == INVALID_HANDLE_VALUE || out == nullptr) return EXIT_FAILURE;
  Message message{};
  for (int index = 0; index < count; ++index) {
    DWORD got = 0;
    if (!ReadFile(pipe, message.data(), kFrameBytes, &got, nullptr) || got == 0) return EXIT_FAILURE;
    const std::int64_t now = NowNs();
    std::int64_t sent = 0;
    std::memcpy(&sent, message.data(), sizeof sent);
    std::fprintf(out, "%lld\n", static_cast<long long>(now - sent));
  }
  std::fclose(out);
  return EXIT_SUCCESS;
}

int Send(const std::string& program, int count, std::chrono::microseconds interval) {
  const std::string name = "\\\\.\\pipe\\pipe-hop." + std::to_string(GetCurrentProcessId());
  const HANDLE pipe =
      CreateNamedPipeA(name.c_str(), PIPE_ACCESS_OUTBOUND, PIPE_TYPE_BYTE | PIPE_WAIT, 1, 4096, 4096, 0, nullptr);
  if (pipe == INVALID_HANDLE_VALUE) return EXIT_FAILURE;
  std::string command = "\"" + program + "\" " + std::to_string(count) + " 0 " + name;
  STARTUPINFOA startup{};
  startup.cb = sizeof startup;
  PROCESS_INFORMATION receiver{};
  if (!CreateProcessA(nullptr, command.data(), nullptr, nullptr, FALSE, 0, nullptr, nullptr, &startup, &receiver)) {
    return EXIT_FAILURE;
  }
  ConnectNamedPipe(pipe, nullptr);
  Message message{};
  for (int index = 0; index < count; ++index) {
    std::this_thread::sleep_for(interval);
    const std::int64_t now = NowNs();
    std::memcpy(message.data(), &now, sizeof now);
    DWORD sent = 0;
    if (!WriteFile(pipe, message.data(), kFrameBytes, &sent, nullptr)) return EXIT_FAILURE;
  }
  WaitForSingleObject(receiver.hProcess, INFINITE);
  DWORD code = EXIT_FAILURE;
  GetExitCodeProcess(receiver.hProcess, &code);
  return static_cast<int>(code);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 4) return Receive(argv[3], std::atoi(argv[1]));
  if (argc == 3) return Send(argv[0], std::atoi(argv[1]), std::chrono::microseconds(std::atoi(argv[2])));
  return EXIT_FAILURE;
}
