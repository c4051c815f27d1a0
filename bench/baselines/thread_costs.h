// Counts the allocations and system calls of one thread. Only thread_costs_posix.cc counts; on Windows all counts are
// zero.
#pragma once

#include <cstdint>
#include <string>

namespace offline_state::bench {

struct ThreadCosts {
  std::int64_t allocations = 0;
  std::int64_t reads = 0;   // read system calls
  std::int64_t writes = 0;  // write system calls, including signals to other threads
  std::int64_t bytes_read = 0;
  std::int64_t bytes_written = 0;
  std::int64_t waits = 0;  // voluntary context switches

  static ThreadCosts OfThisThread();

  friend ThreadCosts operator-(ThreadCosts a, const ThreadCosts& b) noexcept {
    a.allocations -= b.allocations;
    a.reads -= b.reads;
    a.writes -= b.writes;
    a.bytes_read -= b.bytes_read;
    a.bytes_written -= b.bytes_written;
    a.waits -= b.waits;
    return a;
  }

  // JSON.
  std::string Text() const {
    return "{\"allocations\":" + std::to_string(allocations) + ",\"reads\":" + std::to_string(reads) +
           ",\"writes\":" + std::to_string(writes) + ",\"bytesRead\":" + std::to_string(bytes_read) +
           ",\"bytesWritten\":" + std::to_string(bytes_written) + ",\"waits\":" + std::to_string(waits) + "}";
  }
};

}  // namespace offline_state::bench
