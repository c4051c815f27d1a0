#include "simulated/outlook_command.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

namespace offline_state {
namespace {

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

std::vector<std::string> LinesOf(const std::string& input) {
  const File file(std::tmpfile(), &std::fclose);
  std::fwrite(input.data(), 1, input.size(), file.get());
  std::rewind(file.get());
  std::vector<std::string> lines;
  std::string line;
  while (ReadLine(file.get(), line)) lines.push_back(line);
  return lines;
}

TEST_CASE("lines end with a newline, with carriage return or without, and the last one with the input") {
  CHECK(LinesOf("").empty());
  CHECK(LinesOf("a\nb\r\n\nc") == std::vector<std::string>{"a", "b", "", "c"});
}

TEST_CASE("an endless line is read to its end but not kept") {
  const auto lines = LinesOf(std::string(100'000, 'x') + "\nstate\n");
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].size() == kMaxLine);
  CHECK(lines[1] == "state");
}

TEST_CASE("an answer is one line whatever it says") {
  CHECK(LineOf({true, "offline"}) == "ok offline");
  CHECK(LineOf({false, "two\r\nlines\n"}) == "error two  lines ");
  CHECK(LineOf({}) == "ok ");
}

TEST_CASE("writing to a file that cannot be written is noticed") {
  const File full(std::fopen("/dev/full", "w"), &std::fclose);
  if (full) CHECK_FALSE(WriteLine(full.get(), "ok"));
  const File file(std::tmpfile(), &std::fclose);
  CHECK(WriteLine(file.get(), "ok"));
}

}  // namespace
}  // namespace offline_state
