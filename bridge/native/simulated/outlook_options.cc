#include "simulated/outlook_options.h"

#include <stdexcept>

#include "channel/text.h"

namespace offline_state {
namespace {

constexpr const char* kUsage =
    "Usage: simulated-outlook --home <folder> --mapi <library> [--profile <name>] [--outlook-version <version>] "
    "[--agent <dll>]";

[[noreturn]] void Refuse(const std::string& what) { throw std::invalid_argument(what + "\n" + kUsage); }

}  // namespace

OutlookOptions ParseOutlookOptions(const std::vector<std::string>& arguments) {
  OutlookOptions options;
  for (std::size_t i = 0; i < arguments.size(); i += 2) {
    const std::string& name = arguments[i];
    std::string* const value = name == "--home"              ? &options.home
                               : name == "--mapi"            ? &options.mapi
                               : name == "--profile"         ? &options.profile
                               : name == "--agent"           ? &options.agent
                               : name == "--outlook-version" ? &options.outlook_version
                                                             : nullptr;
    if (value == nullptr) Refuse("Unknown option \"" + name + "\".");
    if (i + 1 == arguments.size()) Refuse("The option " + name + " wants a value.");
    *value = arguments[i + 1];
    if (value->empty()) Refuse("The value of " + name + " is empty.");
    if (!IsUtf8(*value)) Refuse("The value of " + name + " is not UTF-8.");
  }
  if (options.home.empty()) Refuse("The option --home is missing.");
  if (options.mapi.empty()) Refuse("The option --mapi is missing.");
  return options;
}

std::u16string Utf16Of(const std::string& text) {
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

}  // namespace offline_state
