// The status of Outlook: the one type that travels from Notify to JavaScript.
#pragma once

#include <cstdint>
#include <optional>

#include "core/timestamp.h"

namespace offline_state {

// The names and numbers of State, Phase and Reason are compared with shared/src/contract.ts by a test. The numbers are
// sent on the channel: never renumber, only add.

// Anything that MAPI reports other than exactly online or offline is unknown.
enum class State : std::uint8_t { kUnknown = 0, kOnline = 1, kOffline = 2 };

enum class Phase : std::uint8_t { kStarting = 0, kListening = 1, kUnavailable = 2 };

// Why the source is unavailable.
enum class Reason : std::uint8_t {
  kNone = 0,
  kOutlookNotRunning = 1,
  kAgentMissing = 2,
  kAgentIncompatible = 3,
  kAgentUntrusted = 4,
  kMapiMissing = 5,      // no MAPI library with the export was found in Outlook
  kOpenFailed = 6,       // HrOpenOfflineObj
  kNoNotifications = 7,  // GetCapabilities failed, or offers neither direction
  kAdviseFailed = 8,     // Advise
  kStopped = 9,          // the agent has removed its registration
};
inline constexpr Reason kLastReason = Reason::kStopped;  // the channel's decoder refuses higher numbers

struct Source {
  Phase phase = Phase::kStarting;
  Reason reason = Reason::kNone;  // set exactly when phase is kUnavailable
  std::int32_t code = 0;          // HRESULT of the step that failed, 0 if there is none
  bool notifies_online = false;   // capabilities; meaningful while listening
  bool notifies_offline = false;
};

// What one reading of Outlook's object model returned. Empty: nothing has been read, or nothing could be.
struct Reading {
  std::optional<std::uint32_t> exchange_connection_mode;  // OlExchangeConnectionMode; 0: the profile has no Exchange
  std::optional<std::uint32_t> outbox_items;
  Timestamp at;  // meaningful unless empty

  bool empty() const noexcept { return !exchange_connection_mode && !outbox_items; }
};

// Complete: the newest status is enough, no earlier one is needed. The state is unknown unless the source is listening.
struct Status {
  std::uint64_t number = 0;  // incremented by every change of state or source
  State state = State::kUnknown;
  bool since_known = false;  // false: the state was found, not seen to begin; `since` is then when it was found
  Timestamp since;
  Timestamp confirmed;  // when a notification or a reading last reported the state; meaningful unless it is unknown
  Source source;
  Reading reading;
};

}  // namespace offline_state
