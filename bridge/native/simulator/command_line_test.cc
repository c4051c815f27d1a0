#include "simulator/command_line.h"

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace offline_state {
namespace {

std::string ErrorOf(const std::vector<std::string>& arguments) {
  try {
    ParseOptions(arguments);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

bool Contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_CASE("parses every option, in any order") {
  const SimulatorOptions options = ParseOptions({"--outlook-version", "16.1", "--mapi", "/m.so", "--profile",
                                                 "Ann \xC3\xA9", "--home", "/h", "--agent", "a.dll"});
  CHECK(options.data_directory == "/h");
  CHECK(options.mapi == "/m.so");
  CHECK(options.agent == "a.dll");
  CHECK(options.profile == "Ann \xC3\xA9");
  CHECK(options.outlook_version == "16.1");
}

TEST_CASE("has defaults for the profile and the version") {
  const SimulatorOptions options = ParseOptions({"--home", "/h", "--mapi", "/m.so"});
  CHECK(options.profile == "Outlook");
  CHECK(options.agent.empty());
  CHECK_FALSE(options.outlook_version.empty());
}

TEST_CASE("rejects unknown options, missing values and missing options by name") {
  CHECK(Contains(ErrorOf({"--hom", "/h"}), "\"--hom\""));
  CHECK(Contains(ErrorOf({"--home", "/h", "--mapi"}), "--mapi needs a value"));
  CHECK(Contains(ErrorOf({"--home", ""}), "--home must not be empty"));
  CHECK(Contains(ErrorOf({"--mapi", "/m.so"}), "--home is required"));
  CHECK(Contains(ErrorOf({"--home", "/h"}), "--mapi is required"));
  CHECK(Contains(ErrorOf({"--profile", "\xC3"}), "--profile is not valid UTF-8"));
  CHECK(Contains(ErrorOf({}), "Usage: simulated-outlook"));
}

TEST_CASE("converts every kind of character from UTF-8 to UTF-16") {
  CHECK(Utf16FromUtf8("") == u"");
  CHECK(Utf16FromUtf8("A\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF") == u"A\u007F\u0080\u07FF\u0800\uFFFF");
  CHECK(Utf16FromUtf8("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF") == u"\U00010000\U0010FFFF");
}

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

TEST_CASE("reads lines that end with LF, with CRLF or with the input") {
  CHECK(LinesOf("").empty());
  CHECK(LinesOf("a\nb\r\n\nc") == std::vector<std::string>{"a", "b", "", "c"});
}

TEST_CASE("cuts a line that is too long, and continues with the next one") {
  const auto lines = LinesOf(std::string(100'000, 'x') + "\nstate\n");
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].size() == kMaxLine);
  CHECK(lines[1] == "state");
}

TEST_CASE("formats a result as one line") {
  CHECK(FormatResult({true, "offline"}) == "ok offline");
  CHECK(FormatResult({false, "two\r\nlines\n"}) == "error two  lines ");
  CHECK(FormatResult({}) == "ok ");
}

TEST_CASE("reports that a line could not be written") {
  const File full(std::fopen("/dev/full", "w"), &std::fclose);
  if (full) CHECK_FALSE(WriteLine(full.get(), "ok"));
  const File file(std::tmpfile(), &std::fclose);
  CHECK(WriteLine(file.get(), "ok"));
}

}  // namespace
}  // namespace offline_state
