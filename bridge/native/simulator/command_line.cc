#include "simulator/command_line.h"

#include <stdexcept>

#include "core/text.h"

namespace offline_state {
namespace {

constexpr const char* kUsage =
    "Usage: simulated-outlook --home <folder> --mapi <library> [--profile <name>] [--outlook-version <version>] "
    "[--agent <dll>]";

[[noreturn]] void Reject(const std::string& what) { throw std::invalid_argument(what + "\n" + kUsage); }

}  // namespace

SimulatorOptions ParseOptions(const std::vector<std::string>& arguments) {
  SimulatorOptions options;
  for (std::size_t i = 0; i < arguments.size(); i += 2) {
    const std::string& name = arguments[i];
    std::string* const value = name == "--home"              ? &options.data_directory
                               : name == "--mapi"            ? &options.mapi
                               : name == "--profile"         ? &options.profile
                               : name == "--agent"           ? &options.agent
                               : name == "--outlook-version" ? &options.outlook_version
                                                             : nullptr;
    if (value == nullptr) Reject("Unknown option \"" + name + "\".");
    if (i + 1 == arguments.size()) Reject("Option " + name + " needs a value.");
    *value = arguments[i + 1];
    if (value->empty()) Reject("Option " + name + " must not be empty.");
    if (!IsUtf8(*value)) Reject("Option " + name + " is not valid UTF-8.");
  }
  if (options.data_directory.empty()) Reject("Option --home is required.");
  if (options.mapi.empty()) Reject("Option --mapi is required.");
  return options;
}

std::u16string Utf16FromUtf8(const std::string& text) {
  std::u16string utf16;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i++]);
    const int more = lead < 0x80 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    char32_t point = more == 0 ? lead : lead & (0x3FU >> more);
    for (int k = 0; k < more; ++k) point = point << 6U | (static_cast<unsigned char>(text[i++]) & 0x3FU);
    if (point < 0x10000) {
      utf16.push_back(static_cast<char16_t>(point));
    } else {
      utf16.push_back(static_cast<char16_t>(0xD7C0 + (point >> 10U)));
      utf16.push_back(static_cast<char16_t>(0xDC00 + (point & 0x3FFU)));
    }
  }
  return utf16;
}

std::string FormatResult(const CommandResult& result) {
  std::string line = (result.ok ? "ok " : "error ") + result.text;
  for (char& c : line) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  return line;
}

bool ReadLine(std::FILE* input, std::string& line) {
  line.clear();
  int c = std::getc(input);
  if (c == EOF) return false;
  for (; c != EOF && c != '\n'; c = std::getc(input)) {
    if (line.size() < kMaxLine) line.push_back(static_cast<char>(c));
  }
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return true;
}

bool WriteLine(std::FILE* output, const std::string& line) {
  return std::fputs((line + "\n").c_str(), output) != EOF && std::fflush(output) == 0;
}

}  // namespace offline_state
