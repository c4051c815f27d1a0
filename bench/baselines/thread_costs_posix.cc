// Replaces operator new to count allocations, and reads the kernel's counters of the thread.
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <new>

#include "thread_costs.h"

namespace {

thread_local std::int64_t allocated = 0;

void* Count(std::size_t size) {
  ++allocated;
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(std::size_t size) { return Count(size); }
void* operator new[](std::size_t size) { return Count(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace offline_state::bench {

ThreadCosts ThreadCosts::OfThisThread() {
  ThreadCosts costs;
  std::ifstream file("/proc/thread-self/io");
  std::string name;
  std::int64_t value = 0;
  while (file >> name >> value) {
    if (name == "syscr:") costs.reads = value;
    if (name == "syscw:") costs.writes = value;
    if (name == "rchar:") costs.bytes_read = value;
    if (name == "wchar:") costs.bytes_written = value;
  }
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  costs.waits = usage.ru_nvcsw;
  costs.allocations = allocated;
  return costs;
}

}  // namespace offline_state::bench
