#include "channel/outlook_runs.h"

#include <exception>

#include "channel/windows/peer.h"

namespace offline_state {

// The data directory does not matter: a user's session has one Outlook.
bool OutlookRuns(const std::string&) noexcept {
  try {
    return static_cast<bool>(FindOutlook(OwnIdentity()).process);
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace offline_state
