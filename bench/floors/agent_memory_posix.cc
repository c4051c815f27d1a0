// What the agent adds to the private memory of the process that hosts it: agent-memory <home>. Prints the bytes, after
// it has served for a moment and told many changes.
#include <poll.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

#include "agent/agent.h"
#include "channel/address.h"
#include "channel/socket_posix.h"
#include "one_mapi.h"

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

// Whatever the C++ library allocates when it is first used is not the agent's.
void WarmUp() {
  PrivateBytes();
  std::thread([] {}).join();
}

void Tell(int changes) {
  for (int index = 0; index < changes; ++index) {
    const MAPIOFFLINE_NOTIFY info = OneMapi::ChangeTo(index % 2 != 0);
    OneMapi::OfProcess().callback()->Notify(&info);
    if (index % 100 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

void Run(const std::string& home) {
  WarmUp();
  const long before = PrivateBytes();
  Agent agent;
  AgentOptions options;
  options.home = home;
  options.open = OneMapi::Open;
  if (!agent.Connect(options)) throw std::runtime_error(agent.error());
  const long connected = PrivateBytes();
  const UniqueFd client = ConnectTo(ChannelAddress(home));
  Tell(kChanges);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  const long told = PrivateBytes();
  std::printf("{\"before\":%ld,\"connected\":%ld,\"afterChanges\":%ld}\n", before, connected - before, told - before);
}

}  // namespace
}  // namespace offline_state::bench

int main(int argc, char** argv) {
  try {
    if (argc != 2) throw std::runtime_error("usage: agent-memory <home>");
    offline_state::bench::Run(argv[1]);
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return EXIT_FAILURE;
  }
}
