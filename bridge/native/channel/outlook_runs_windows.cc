#include <exception>

#include "channel/outlook_runs.h"
#include "channel/peer_windows.h"

namespace offline_state {

// The home does not matter: there is one Outlook for a user's session.
bool OutlookRuns(const std::string&) noexcept {
  try {
    return static_cast<bool>(FindOutlook(OwnIdentity()).process);
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace offline_state
