// What one thread has asked of the allocator and of the kernel. thread_costs_posix.cc counts; elsewhere nothing does.
#pragma once

#include <cstdint>
#include <string>

namespace offline_state::bench {

struct ThreadCosts {
  std::int64_t allocations = 0;
  std::int64_t reads = 0;   // system calls that read
  std::int64_t writes = 0;  // system calls that write; a signal to another thread is one
  std::int64_t bytes_read = 0;
  std::int64_t bytes_written = 0;
  std::int64_t waits = 0;  // times the thread gave up its processor to wait

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
