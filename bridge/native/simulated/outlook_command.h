// The line protocol between the simulated Outlook and the one who drives it: one command per line on its standard
// input, exactly one line of answer for each on its standard output.
#pragma once

#include <cstddef>
#include <cstdio>
#include <string>

namespace offline_state {

// What becomes of the process after an answer.
enum class Ending : unsigned char {
  kNone,
  kQuit,   // slow shutdown: the add-in is told, then the process exits
  kExit,   // fast shutdown: the process exits without telling anyone
  kCrash,  // the process ends by a signal or an exception
};

struct Answer {
  bool ok = true;
  std::string text;  // UTF-8, English
  Ending ending = Ending::kNone;
};

// "ok <text>" or "error <text>", on one line whatever the text is, without the line's end.
std::string LineOf(const Answer& answer);

// Reads a line without its end ("\n" or "\r\n"). False at the end of the input. A line longer than kMaxLine bytes is
// read to its end and comes back cut, so that it is no command.
inline constexpr std::size_t kMaxLine = 1024;
bool ReadLine(std::FILE* input, std::string& line);

// Writes a line and flushes. False when nobody reads any more.
bool WriteLine(std::FILE* output, const std::string& line);

}  // namespace offline_state
