// Reads lines on a thread of its own, so that Outlook's main thread can do what Outlook's does between two commands:
// pump messages. Windows only.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

namespace offline_state {

class LineReader {
 public:
  explicit LineReader(std::FILE* input);
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  // The next line; pumps messages until it comes. False at the end of the input.
  bool Next(std::string& line);

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace offline_state
