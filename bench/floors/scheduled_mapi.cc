// A MAPI provider that notifies when the measurement wants it, and writes down when. It is loaded by the simulated
// Outlook in place of its own (`--mapi`), and answers orders in a folder, BENCH_MAPI, so that it is the same on every
// system:
//
//   order-<n>: <count> <interval us> <jitter us>     reports: report-<n>, when all is done
//
// The report has one line for each change: nanoseconds (process.hrtime's clock) before Notify was called, and after it
// had returned, and the new state (1 online, 0 offline). Between orders it looks every 5 ms; during one it only sleeps.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "clock.h"
#include "one_mapi.h"

#ifdef _WIN32
#define BENCH_EXPORT __declspec(dllexport)
#else
#define BENCH_EXPORT __attribute__((visibility("default")))
#endif

namespace offline_state::bench {
namespace {

constexpr auto kLook = std::chrono::milliseconds(5);

struct Order {
  long count = 0;
  long interval_us = 0;
  long jitter_us = 0;
};

struct Stamp {
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
    thread_ = std::thread([this] { Work(); });
  }

  ~Scheduler() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
  }

 private:
  Scheduler() {
    if (const char* const folder = std::getenv("BENCH_MAPI")) folder_ = folder;
  }

  void Work() {
    for (int number = 1; !stopping_; ++number) {
      Order order;
      while (!stopping_ && !Read(number, order)) std::this_thread::sleep_for(kLook);
      if (!stopping_) Report(number, Obey(order));
    }
  }

  bool Read(int number, Order& order) const {
    std::ifstream file(folder_ + "/order-" + std::to_string(number));
    return static_cast<bool>(file >> order.count >> order.interval_us >> order.jitter_us);
  }

  std::vector<Stamp> Obey(const Order& order) {
    std::vector<Stamp> stamps;
    stamps.reserve(static_cast<std::size_t>(order.count));
    std::uniform_int_distribution<long> jitter(0, order.jitter_us);
    for (long index = 0; index < order.count && !stopping_; ++index) {
      if (order.interval_us > 0) {
        std::this_thread::sleep_for(std::chrono::microseconds(order.interval_us + jitter(random_)));
      }
      IMAPIOfflineNotify* const callback = OneMapi::OfProcess().callback();
      if (callback == nullptr) break;
      online_ = !online_;
      const MAPIOFFLINE_NOTIFY info = OneMapi::ChangeTo(online_);
      const std::int64_t before = NowNs();
      callback->Notify(&info);
      stamps.push_back({before, NowNs(), online_});
    }
    return stamps;
  }

  void Report(int number, const std::vector<Stamp>& stamps) const {
    const std::string name = folder_ + "/report-" + std::to_string(number);
    {
      std::ofstream file(name + ".new");
      for (const Stamp& stamp : stamps) file << stamp.before << ' ' << stamp.after << ' ' << stamp.online << '\n';
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
  const HRESULT result = OneMapi::Open(reserved, profile, guid, reserved2, manager);
  Scheduler::OfProcess().Start();
  return result;
}

}  // namespace offline_state::bench
