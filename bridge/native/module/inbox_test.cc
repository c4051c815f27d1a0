#include "module/inbox.h"

#include <doctest/doctest.h>

#include <thread>

namespace offline_state {
namespace {

Report Numbered(std::uint64_t number) {
  Report report;
  report.number = number;
  return report;
}

TEST_CASE("gives the reports in their order, each once") {
  Inbox inbox;
  CHECK_FALSE(inbox.Take());
  inbox.Put(Numbered(1));
  inbox.Put(Numbered(2));
  CHECK(inbox.Take()->number == 1);
  inbox.Put(Numbered(3));
  CHECK(inbox.Take()->number == 2);
  CHECK(inbox.Take()->number == 3);
  CHECK_FALSE(inbox.Take());
}

TEST_CASE("loses nothing up to its limit, and beyond it the oldest, never the newest") {
  Inbox inbox;
  for (std::uint64_t number = 1; number <= Inbox::kLimit; ++number) inbox.Put(Numbered(number));
  inbox.Put(Numbered(Inbox::kLimit + 1));
  for (std::uint64_t number = 2; number <= Inbox::kLimit + 1; ++number) CHECK(inbox.Take()->number == number);
  CHECK_FALSE(inbox.Take());
}

TEST_CASE("one thread puts while another takes") {
  constexpr std::uint64_t kLast = 20'000;
  Inbox inbox;
  std::thread putting([&] {
    for (std::uint64_t number = 1; number <= kLast; ++number) inbox.Put(Numbered(number));
  });
  std::uint64_t newest = 0;
  while (newest < kLast) {
    const auto report = inbox.Take();
    if (!report) continue;
    CHECK(report->number > newest);
    newest = report->number;
  }
  putting.join();
}

}  // namespace
}  // namespace offline_state
