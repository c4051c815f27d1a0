// The copies of Outlook that run in this session, for a person who wants to know why nothing is heard. Windows only.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace offline_state {

enum class Elevation { kNo, kYes, kUnknown };

struct RunningOutlook {
  std::uint32_t id = 0;
  std::string image;  // path, UTF-8; empty when Windows does not say
  int bits = 0;       // 32 or 64; 0 when Windows does not say
  // A normal process may not read the token of an elevated one: kUnknown is then most likely kYes.
  Elevation elevation = Elevation::kUnknown;
};

// Processes named OUTLOOK.EXE in this session. Throws std::system_error when Windows lists no processes.
std::vector<RunningOutlook> RunningOutlooks();

// Path of the program that the process `id` runs, UTF-8; empty when there is none or Windows does not say.
std::string ProcessImage(std::uint32_t id);

// "16.0.17328.20184" of a program or library, UTF-8 path; empty when it has none.
std::string FileVersion(const std::string& path);

}  // namespace offline_state
