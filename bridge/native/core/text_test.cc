#include "core/text.h"

#include <doctest/doctest.h>

namespace offline_state {
namespace {

TEST_CASE("IsUtf8: accepts well-formed UTF-8 up to the last code point, and nothing else") {
  for (const char* good : {"", "a", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
                           "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    CHECK(IsUtf8(good));
    CHECK(IsUtf8(std::string(good) + "z"));
  }
  for (const char* bad : {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x7F", "\xC2\xC0", "\xE0\x9F\xBF",
                          "\xE0\xA0", "\xE1\x80\x7F", "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF",
                          "\xF0\x90\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFE", "\xFF"}) {
    CHECK_FALSE(IsUtf8(bad));
    CHECK_FALSE(IsUtf8("a" + std::string(bad) + "z"));
  }
  CHECK(IsUtf8(std::string_view("a\0b", 3)));
}

TEST_CASE("BoundedUtf8: cuts text between two characters, never within one") {
  const std::string text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80";  // 1, 2, 3 and 4 bytes
  const std::size_t whole[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
  for (std::size_t limit = 0; limit < 12; ++limit) CHECK(BoundedUtf8(text, limit) == text.substr(0, whole[limit]));
}

TEST_CASE("BoundedUtf8: replaces a byte that belongs to no character by a question mark") {
  CHECK(BoundedUtf8("\xFF\x80"
                    "a\xE2\x82",
                    99) == "??a??");
}

TEST_CASE("Utf8Of: converts UTF-16, with a replacement for half a surrogate pair") {
  CHECK(Utf8Of(u"") == "");
  CHECK(Utf8Of(u"Az\x7F") == "Az\x7F");
  CHECK(Utf8Of(u"\u0080\u07FF\u0800\uFFFF") == "\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF");
  CHECK(Utf8Of(u"\U00010000\U0001F600\U0010FFFF") == "\xF0\x90\x80\x80\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF");
  const std::string replacement = "\xEF\xBF\xBD";
  CHECK(Utf8Of(std::u16string{0xD83D}) == replacement);
  CHECK(Utf8Of(std::u16string{0xDE00, u'a', 0xD83D}) == replacement + "a" + replacement);
  CHECK(Utf8Of(std::u16string{0xD83D, 0xD83D, 0xDE00}) == replacement + "\xF0\x9F\x98\x80");
}

}  // namespace
}  // namespace offline_state
