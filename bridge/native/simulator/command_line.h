// How the simulator is controlled: the options of its command line, and the line protocol of its commands. One command
// per line arrives on standard input; each is answered by exactly one line on standard output.
#pragma once

#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

namespace offline_state {

struct SimulatorOptions {
  std::string data_directory;                        // --home <folder>; required
  std::string mapi;                                  // --mapi <library>; required
  std::string agent;                                 // --agent <dll>, instead of the registered add-ins; Windows only
  std::string profile = "Outlook";                   // --profile <name>
  std::string outlook_version = "16.0.17328.20184";  // --outlook-version <version>
};

// `arguments` without the program's name, in UTF-8. Throws std::invalid_argument with the error and the usage.
SimulatorOptions ParseOptions(const std::vector<std::string>& arguments);

// `text` must be well-formed UTF-8 (core/text.h).
std::u16string Utf16FromUtf8(const std::string& text);

// What happens to the process after a command.
enum class ProcessExit : unsigned char {
  kNone,
  kQuit,   // slow shutdown: the add-in was notified, then the process exits
  kExit,   // fast shutdown: the process exits without a callback
  kCrash,  // the process ends by a signal or an exception
};

struct CommandResult {
  bool ok = true;
  std::string text;  // English, UTF-8
  ProcessExit exit = ProcessExit::kNone;
};

// "ok <text>" or "error <text>" without a line end; line breaks in the text become spaces.
std::string FormatResult(const CommandResult& result);

// Reads a line without its end ("\n" or "\r\n"). False at the end of the input. The rest of a line beyond kMaxLine
// bytes is read and discarded.
inline constexpr std::size_t kMaxLine = 1024;
bool ReadLine(std::FILE* input, std::string& line);

// Writes a line and flushes. False if the output was closed by its reader.
bool WriteLine(std::FILE* output, const std::string& line);

}  // namespace offline_state
