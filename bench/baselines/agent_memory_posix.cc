// Measures what the agent adds to the private memory of its host process: agent-memory <data directory>. Prints bytes
// after connecting, and after many changes with one client.
#include <poll.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

#include "agent/agent.h"
#include "channel/address.h"
#include "channel/posix/socket.h"
#include "stub_mapi.h"

namespace offline_state::bench {
namespace {

constexpr int kChanges = 10'000;

long PrivateBytes() {
  std::ifstream file("/proc/self/smaps_rollup");
  std::string word;
  long kilobytes = 0;
  while (file >> word) {
    long value = 0;
    if ((word == "Private_Clean:" || word == "Private_Dirty:") && file >> value) kilobytes += value;
  }
  return kilobytes * 1024;
}

// The C++ library allocates on first use; exclude that.
void WarmUp() {
  PrivateBytes();
  std::thread([] {}).join();
}

void Notify(int changes) {
  for (int index = 0; index < changes; ++index) {
    const MAPIOFFLINE_NOTIFY info = StubMapi::ChangeTo(index % 2 != 0);
    StubMapi::OfProcess().callback()->Notify(&info);
    if (index % 100 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

void Run(const std::string& data_directory) {
  WarmUp();
  const long before = PrivateBytes();
  Agent agent;
  AgentOptions options;
  options.data_directory = data_directory;
  options.open = StubMapi::Open;
  if (!agent.Connect(options)) throw std::runtime_error(agent.error());
  const long connected = PrivateBytes();
  const UniqueFd client = ConnectTo(ChannelAddress(data_directory));
  Notify(kChanges);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  const long after_changes = PrivateBytes();
  std::printf("{\"before\":%ld,\"connected\":%ld,\"afterChanges\":%ld}\n", before, connected - before,
              after_changes - before);
}

}  // namespace
}  // namespace offline_state::bench

int main(int argc, char** argv) {
  try {
    if (argc != 2) throw std::runtime_error("usage: agent-memory <data directory>");
    offline_state::bench::Run(argv[1]);
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return EXIT_FAILURE;
  }
}
