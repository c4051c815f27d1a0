// What the agent knows, in the words of the feed protocol. Every room of the native code shares these types.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace offline_state {

// The state of Outlook. Anything MAPI says that is not exactly online or offline is unknown.
enum class State : std::uint8_t { kUnknown = 0, kOnline = 1, kOffline = 2 };

enum class Phase : std::uint8_t { kStarting = 0, kListening = 1, kUnavailable = 2 };

// Why nothing can be told. The numbers travel on the channel: never renumber, only add.
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

// Where a moment lies on both clocks of this machine.
struct Moment {
  std::int64_t unix_ms = 0;    // wall clock, milliseconds since 1970-01-01 UTC; may jump when a clock is set
  std::int64_t steady_us = 0;  // monotonic microseconds from an arbitrary start; counts while the machine sleeps
};

// Now, on both clocks. Never fails. (moment_posix.cc, moment_windows.cc)
Moment Now() noexcept;

struct Source {
  Phase phase = Phase::kStarting;
  Reason reason = Reason::kNone;  // set exactly when phase is kUnavailable
  std::int32_t code = 0;          // HRESULT of the step that failed, 0 when there is none
  bool notifies_online = false;   // capabilities; meaningful while listening
  bool notifies_offline = false;
};

// What was read in Outlook beside the state, in one reading. Empty: nothing has been read, or nothing could be.
struct Reading {
  std::optional<std::uint32_t> exchange_connection_mode;  // OlExchangeConnectionMode; 0: the profile has no Exchange
  std::optional<std::uint32_t> outbox_items;
  Moment at;  // meaningful unless empty

  bool empty() const noexcept { return !exchange_connection_mode && !outbox_items; }
};

// One whole picture.
struct Present {
  std::uint64_t number = 0;   // grows by one with every change of state or source
  std::uint64_t version = 0;  // grows by one with everything that is told, confirmations and readings too
  State state = State::kUnknown;
  bool since_known = false;  // false: the state was found, not seen to begin; `since` is then when it was found
  Moment since;
  Moment confirmed;  // when a notification or a reading last said the state; meaningful unless it is unknown
  Source source;
  Reading reading;
};

}  // namespace offline_state
