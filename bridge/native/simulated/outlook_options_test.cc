#include "simulated/outlook_options.h"

#include <doctest/doctest.h>

#include <stdexcept>

namespace offline_state {
namespace {

std::string RefusalOf(const std::vector<std::string>& arguments) {
  try {
    ParseOutlookOptions(arguments);
  } catch (const std::invalid_argument& refused) {
    return refused.what();
  }
  return "";
}

bool Names(const std::string& refusal, const std::string& what) { return refusal.find(what) != std::string::npos; }

TEST_CASE("takes every option, in any order") {
  const OutlookOptions options = ParseOutlookOptions({"--outlook-version", "16.1", "--mapi", "/m.so", "--profile",
                                                      "Ann \xC3\xA9", "--home", "/h", "--agent", "a.dll"});
  CHECK(options.home == "/h");
  CHECK(options.mapi == "/m.so");
  CHECK(options.agent == "a.dll");
  CHECK(options.profile == "Ann \xC3\xA9");
  CHECK(options.outlook_version == "16.1");
}

TEST_CASE("has a profile and a version where none is given") {
  const OutlookOptions options = ParseOutlookOptions({"--home", "/h", "--mapi", "/m.so"});
  CHECK(options.profile == "Outlook");
  CHECK(options.agent.empty());
  CHECK_FALSE(options.outlook_version.empty());
}

TEST_CASE("refuses by name what it does not know, what lacks its value, and what is missing") {
  CHECK(Names(RefusalOf({"--hom", "/h"}), "\"--hom\""));
  CHECK(Names(RefusalOf({"--home", "/h", "--mapi"}), "--mapi wants a value"));
  CHECK(Names(RefusalOf({"--home", ""}), "--home is empty"));
  CHECK(Names(RefusalOf({"--mapi", "/m.so"}), "--home is missing"));
  CHECK(Names(RefusalOf({"--home", "/h"}), "--mapi is missing"));
  CHECK(Names(RefusalOf({"--profile", "\xC3"}), "--profile is not UTF-8"));
  CHECK(Names(RefusalOf({}), "Usage: simulated-outlook"));
}

TEST_CASE("a profile's name keeps every character in UTF-16") {
  CHECK(Utf16Of("") == u"");
  CHECK(Utf16Of("A\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF") == u"A\u007F\u0080\u07FF\u0800\uFFFF");
  CHECK(Utf16Of("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF") == u"\U00010000\U0010FFFF");
}

}  // namespace
}  // namespace offline_state
