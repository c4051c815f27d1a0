// A MAPI provider that notifies on request and records when. The simulator loads it with `--mapi`. Requests are files
// in the folder BENCH_MAPI, which works the same on every system:
//
//   request-<n>: <count> <interval us> <jitter us>     when done, it writes report-<n>
//
// The report has one line per change: nanoseconds (process.hrtime's clock) before Notify() was called and after it
// returned, and the new state (1 online, 0 offline). It polls every 5 ms for a request, and only sleeps while it serves
// one.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "clock.h"
#include "stub_mapi.h"

#ifdef _WIN32
#define BENCH_EXPORT __declspec(dllexport)
#else
#define BENCH_EXPORT __attribute__((visibility("default")))
#endif

namespace offline_state::bench {
namespace {

constexpr auto kPollInterval = std::chrono::milliseconds(5);

struct Request {
  long count = 0;
  long interval_us = 0;
  long jitter_us = 0;
};

struct Change {
  std::int64_t before;
  std::int64_t after;
  bool online;
};

class Scheduler {
 public:
  static Scheduler& OfProcess() {
    static Scheduler scheduler;
    return scheduler;
  }

  void Start() {
    if (folder_.empty() || thread_.joinable()) return;
    thread_ = std::thread([this] { Run(); });
  }

  ~Scheduler() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
  }

 private:
  Scheduler() {
    if (const char* const folder = std::getenv("BENCH_MAPI")) folder_ = folder;
  }

  void Run() {
    for (int number = 1; !stopping_; ++number) {
      Request request;
      while (!stopping_ && !Read(number, request)) std::this_thread::sleep_for(kPollInterval);
      if (!stopping_) Report(number, Serve(request));
    }
  }

  bool Read(int number, Request& request) const {
    std::ifstream file(folder_ + "/request-" + std::to_string(number));
    return static_cast<bool>(file >> request.count >> request.interval_us >> request.jitter_us);
  }

  std::vector<Change> Serve(const Request& request) {
    std::vector<Change> changes;
    changes.reserve(static_cast<std::size_t>(request.count));
    std::uniform_int_distribution<long> jitter(0, request.jitter_us);
    for (long index = 0; index < request.count && !stopping_; ++index) {
      if (request.interval_us > 0) {
        std::this_thread::sleep_for(std::chrono::microseconds(request.interval_us + jitter(random_)));
      }
      IMAPIOfflineNotify* const callback = StubMapi::OfProcess().callback();
      if (callback == nullptr) break;
      online_ = !online_;
      const MAPIOFFLINE_NOTIFY info = StubMapi::ChangeTo(online_);
      const std::int64_t before = NowNs();
      callback->Notify(&info);
      changes.push_back({before, NowNs(), online_});
    }
    return changes;
  }

  void Report(int number, const std::vector<Change>& changes) const {
    const std::string name = folder_ + "/report-" + std::to_string(number);
    {
      std::ofstream file(name + ".new");
      for (const Change& change : changes) file << change.before << ' ' << change.after << ' ' << change.online << '\n';
    }
    std::rename((name + ".new").c_str(), name.c_str());
  }

  std::string folder_;
  std::minstd_rand random_{42};  // the same jitter in every run
  bool online_ = true;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace

extern "C" BENCH_EXPORT HRESULT STDMETHODCALLTYPE HrOpenOfflineObj(ULONG reserved, LPCWSTR profile, const GUID* guid,
                                                                   const GUID* reserved2, IMAPIOfflineMgr** manager) {
  const HRESULT result = StubMapi::Open(reserved, profile, guid, reserved2, manager);
  Scheduler::OfProcess().Start();
  return result;
}

}  // namespace offline_state::bench
