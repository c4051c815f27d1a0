// The simulated Outlook's command line.
#pragma once

#include <string>
#include <vector>

namespace offline_state {

struct OutlookOptions {
  std::string home;                                  // --home <dir>; must be given
  std::string mapi;                                  // --mapi <library>; must be given
  std::string agent;                                 // --agent <dll>: instead of the registered add-ins; Windows
  std::string profile = "Outlook";                   // --profile <name>
  std::string outlook_version = "16.0.17328.20184";  // --outlook-version <v>
};

// `arguments` without the program's name, UTF-8. Throws std::invalid_argument that names what is wrong and the usage.
OutlookOptions ParseOutlookOptions(const std::vector<std::string>& arguments);

// `text` must be well-formed UTF-8 (channel/text.h).
std::u16string Utf16Of(const std::string& text);

}  // namespace offline_state
