// Measures how long Notify() takes on the calling thread, compared with one store and one signal of a condition
// variable (on Windows: of an event): notify <data directory> <rounds> <calls>. One line per call: "<series> <round>
// <nanoseconds>".
//
// On all sides a thread waits, and waits again before the next call. "clock" is the cost of reading the clock twice.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <thread>
#include <vector>

#include "agent/agent.h"
#include "clock.h"
#include "signal_baseline.h"
#include "stub_mapi.h"
#include "thread_costs.h"

namespace offline_state::bench {
namespace {

constexpr auto kPause = std::chrono::microseconds(150);
constexpr int kWarmUp = 500;
constexpr int kTurn = 50;

void WaitUntil(Clock::time_point when) noexcept {
  while (Clock::now() < when) std::this_thread::yield();
}

template <class Call>
std::vector<std::int64_t> Measure(int calls, Call call) {
  std::vector<std::int64_t> times;
  times.reserve(static_cast<std::size_t>(calls));
  for (int index = 0; index < calls; ++index) {
    WaitUntil(Clock::now() + kPause);
    const auto begin = Clock::now();
    call(index);
    times.push_back(NanosecondsOf(Clock::now()) - NanosecondsOf(begin));
  }
  return times;
}

// Allocations and system calls of `calls` calls, without those of reading the counters.
template <class Call>
ThreadCosts CostsOf(int calls, Call call) {
  const auto pass = [&](int count) {
    const ThreadCosts before = ThreadCosts::OfThisThread();
    for (int index = 0; index < count; ++index) {
      const auto until = Clock::now() + kPause;
      while (Clock::now() < until) {
      }
      call(index);
    }
    return ThreadCosts::OfThisThread() - before;
  };
  const ThreadCosts overhead = pass(0);
  return pass(calls) - overhead;
}

void Print(const char* series, int round, const std::vector<std::int64_t>& times) {
  for (const std::int64_t one : times) std::printf("%s %d %lld\n", series, round, static_cast<long long>(one));
}

void Run(const std::string& data_directory, int rounds, int calls) {
  AgentOptions options;
  options.data_directory = data_directory;
  options.open = StubMapi::Open;
  Agent agent;
  if (!agent.Connect(options)) throw std::runtime_error(agent.error());
  IMAPIOfflineNotify& sink = *StubMapi::OfProcess().callback();
  const auto notify = [&sink](int index) {
    const MAPIOFFLINE_NOTIFY info = StubMapi::ChangeTo(index % 2 != 0);
    sink.Notify(&info);
  };
  SignalBaseline baseline;
  const auto signal = [&baseline](int index) { baseline.Signal(index); };
  PollBaseline polled;
  const auto poll = [&polled](int index) { polled.Signal(index); };
  const auto nothing = [](int) {};

  Measure(kWarmUp, notify);
  Measure(kWarmUp, signal);
  Measure(kWarmUp, poll);
  // Short turns, so that other load on the machine affects all sides.
  for (int round = 0; round < rounds; ++round) {
    for (int done = 0; done < calls; done += kTurn) {
      Print("product", round, Measure(kTurn, notify));
      Print("baseline", round, Measure(kTurn, signal));
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
    std::fprintf(stderr, "usage: notify <data directory> <rounds> <calls>\n");
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
