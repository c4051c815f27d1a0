// How long Outlook's thread is kept by Notify, against one store and one signal of a condition variable (or, for
// Windows, of an event): notify <home> <rounds> <calls>. One line for each call: "<who> <round> <nanoseconds>".
//
// Both sides have a thread that waits; it has gone back to its wait before the next call, as between two clicks of a
// user. What reading the clock twice costs is in both, and is told as "clock".
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <thread>
#include <vector>

#include "agent/agent.h"
#include "clock.h"
#include "one_mapi.h"
#include "signal_floor.h"
#include "thread_costs.h"

namespace offline_state::bench {
namespace {

constexpr auto kRest = std::chrono::microseconds(150);
constexpr int kWarmUp = 500;
constexpr int kTurn = 50;

void RestUntil(Clock::time_point when) noexcept {
  while (Clock::now() < when) std::this_thread::yield();
}

template <class Call>
std::vector<std::int64_t> Measure(int calls, Call call) {
  std::vector<std::int64_t> took;
  took.reserve(static_cast<std::size_t>(calls));
  for (int index = 0; index < calls; ++index) {
    RestUntil(Clock::now() + kRest);
    const auto begin = Clock::now();
    call(index);
    took.push_back(NanosecondsOf(Clock::now()) - NanosecondsOf(begin));
  }
  return took;
}

// What `calls` calls have asked of allocator and kernel, beyond what asking costs. Nothing else happens on the thread.
template <class Call>
ThreadCosts CostsOf(int calls, Call call) {
  const auto pass = [&](int count) {
    const ThreadCosts before = ThreadCosts::OfThisThread();
    for (int index = 0; index < count; ++index) {
      const auto until = Clock::now() + kRest;
      while (Clock::now() < until) {
      }
      call(index);
    }
    return ThreadCosts::OfThisThread() - before;
  };
  const ThreadCosts asking = pass(0);
  return pass(calls) - asking;
}

void Print(const char* who, int round, const std::vector<std::int64_t>& took) {
  for (const std::int64_t one : took) std::printf("%s %d %lld\n", who, round, static_cast<long long>(one));
}

void Run(const std::string& home, int rounds, int calls) {
  AgentOptions options;
  options.home = home;
  options.open = OneMapi::Open;
  Agent agent;
  if (!agent.Connect(options)) throw std::runtime_error(agent.error());
  IMAPIOfflineNotify& sink = *OneMapi::OfProcess().callback();
  const auto notify = [&sink](int index) {
    const MAPIOFFLINE_NOTIFY info = OneMapi::ChangeTo(index % 2 != 0);
    sink.Notify(&info);
  };
  SignalFloor floor;
  const auto signal = [&floor](int index) { floor.Signal(index); };
  PolledFloor polled;
  const auto poll = [&polled](int index) { polled.Signal(index); };
  const auto nothing = [](int) {};

  Measure(kWarmUp, notify);
  Measure(kWarmUp, signal);
  Measure(kWarmUp, poll);
  // In turns that are short against what else the machine does.
  for (int round = 0; round < rounds; ++round) {
    for (int done = 0; done < calls; done += kTurn) {
      Print("product", round, Measure(kTurn, notify));
      Print("floor", round, Measure(kTurn, signal));
      Print("polled", round, Measure(kTurn, poll));
      Print("clock", round, Measure(kTurn, nothing));
    }
  }
  std::printf("costs %d %s\n", calls, CostsOf(calls, notify).Text().c_str());
}

}  // namespace
}  // namespace offline_state::bench

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: notify <home> <rounds> <calls>\n");
    return EXIT_FAILURE;
  }
  try {
    offline_state::bench::Run(argv[1], std::atoi(argv[2]), std::atoi(argv[3]));
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return EXIT_FAILURE;
  }
}
