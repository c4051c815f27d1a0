// The Outlook processes of this session, for diagnostics. Windows only.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace offline_state {

enum class Elevation { kNo, kYes, kUnknown };

struct OutlookProcess {
  std::uint32_t id = 0;
  std::string image;  // path, UTF-8; empty if unknown
  int bits = 0;       // 32 or 64; 0 if unknown
  // A process that is not elevated cannot read the token of an elevated one, so kUnknown most likely means kYes.
  Elevation elevation = Elevation::kUnknown;
};

// All processes named OUTLOOK.EXE in this session. Throws std::system_error if processes cannot be listed.
std::vector<OutlookProcess> FindOutlookProcesses();

// Path of the executable of process `id`, UTF-8; empty if there is no such process or it cannot be opened.
std::string ProcessImage(std::uint32_t id);

// The file version of the executable or DLL at `path` (UTF-8), e.g. "16.0.17328.20184"; empty if it has none.
std::string FileVersion(const std::string& path);

}  // namespace offline_state
