#include "simulated/outlook_command.h"

namespace offline_state {

std::string LineOf(const Answer& answer) {
  std::string line = (answer.ok ? "ok " : "error ") + answer.text;
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
