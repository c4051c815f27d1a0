#include "module/to_js.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

#include "core/hresult_names.h"

namespace offline_state {
namespace {

constexpr std::int64_t kMaxSafeInteger = 9'007'199'254'740'991;

Napi::Number Natural(Napi::Env env, std::int64_t value) {
  return Napi::Number::New(env, static_cast<double>(std::clamp<std::int64_t>(value, 0, kMaxSafeInteger)));
}

// Names of the contract. Neither switch has a default: a value without a name fails to compile (-Werror=switch), and a
// test compares the names with shared/src/contract.ts.
const char* NameOf(State state) noexcept {
  switch (state) {
    case State::kUnknown:
      return "unknown";
    case State::kOnline:
      return "online";
    case State::kOffline:
      return "offline";
  }
  return "unknown";  // not reached: the decoder accepts no other values
}

const char* NameOf(Reason reason) noexcept {
  switch (reason) {
    case Reason::kNone:  // not reached: set exactly unless the source is unavailable
    case Reason::kOutlookNotRunning:
      return "outlook-not-running";
    case Reason::kAgentMissing:
      return "agent-missing";
    case Reason::kAgentIncompatible:
      return "agent-incompatible";
    case Reason::kAgentUntrusted:
      return "agent-untrusted";
    case Reason::kMapiMissing:
      return "mapi-missing";
    case Reason::kOpenFailed:
      return "open-failed";
    case Reason::kNoNotifications:
      return "no-notifications";
    case Reason::kAdviseFailed:
      return "advise-failed";
    case Reason::kStopped:
      return "stopped";
  }
  return "agent-incompatible";  // not reached: the decoder accepts no other values
}

std::string HexOf(std::int32_t code) {
  std::array<char, 11> text{};
  std::snprintf(text.data(), text.size(), "0x%08X", static_cast<unsigned>(code));
  return text.data();
}

Napi::Object SourceToJs(Napi::Env env, const ClientStatus& status) {
  Napi::Object object = Napi::Object::New(env);
  switch (status.source.phase) {
    case Phase::kStarting:
      object.Set("status", "starting");
      break;
    case Phase::kListening: {
      object.Set("status", "listening");
      object.Set("profile", status.agent.profile);
      object.Set("outlook", status.agent.outlook);
      Napi::Object notifies = Napi::Object::New(env);
      notifies.Set("online", status.source.notifies_online);
      notifies.Set("offline", status.source.notifies_offline);
      object.Set("notifies", notifies);
      break;
    }
    case Phase::kUnavailable: {
      object.Set("status", "unavailable");
      object.Set("reason", NameOf(status.source.reason));
      const std::int32_t code = status.source.code;
      if (code != 0) object.Set("code", HexOf(code));
      if (!status.detail.empty()) {
        object.Set("detail", status.detail);
      } else if (const char* name = code == 0 ? nullptr : NameOfHresult(code)) {
        object.Set("detail", name);
      }
      break;
    }
  }
  return object;
}

}  // namespace

Napi::Object ToJs(Napi::Env env, const ClientStatus& status, const Timestamp& now) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("state", NameOf(status.state));
  object.Set("since", status.since_known ? Natural(env, status.since.unix_ms) : env.Null());
  object.Set("ageMs", Natural(env, (now.steady_us - status.since.steady_us) / 1000));
  object.Set("number",
             Natural(env, static_cast<std::int64_t>(std::min<std::uint64_t>(status.number, kMaxSafeInteger))));
  object.Set("source", SourceToJs(env, status));
  object.Set("confirmedAt", status.state == State::kUnknown ? env.Null() : Natural(env, status.confirmed.unix_ms));
  if (!status.reading.empty()) {
    Napi::Object reading = Napi::Object::New(env);
    reading.Set("at", Natural(env, status.reading.at.unix_ms));
    if (const auto& mode = status.reading.exchange_connection_mode) reading.Set("exchangeConnectionMode", *mode);
    if (const auto& items = status.reading.outbox_items) reading.Set("outboxItems", *items);
    object.Set("reading", reading);
  }
  if (!status.agent.agent.empty()) object.Set("agent", status.agent.agent);
  return object;
}

}  // namespace offline_state
