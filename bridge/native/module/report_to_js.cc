#include "module/report_to_js.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

#include "mapi/hresult_names.h"

namespace offline_state {
namespace {

constexpr std::int64_t kMaxSafeInteger = 9'007'199'254'740'991;

Napi::Number Natural(Napi::Env env, std::int64_t value) {
  return Napi::Number::New(env, static_cast<double>(std::clamp<std::int64_t>(value, 0, kMaxSafeInteger)));
}

const char* NameOf(State state) noexcept {
  switch (state) {
    case State::kOnline:
      return "online";
    case State::kOffline:
      return "offline";
    case State::kUnknown:
      break;
  }
  return "unknown";
}

const char* NameOf(Reason reason) noexcept {
  switch (reason) {
    case Reason::kNone:
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
  return "agent-incompatible";
}

std::string HexOf(std::int32_t code) {
  std::array<char, 11> text{};
  std::snprintf(text.data(), text.size(), "0x%08X", static_cast<unsigned>(code));
  return text.data();
}

void DescribeListening(Napi::Object& source, const Report& report) {
  source.Set("status", "listening");
  source.Set("profile", report.agent.profile);
  source.Set("outlook", report.agent.outlook);
  Napi::Object notifies = Napi::Object::New(source.Env());
  notifies.Set("online", report.source.notifies_online);
  notifies.Set("offline", report.source.notifies_offline);
  source.Set("notifies", notifies);
}

void DescribeUnavailable(Napi::Object& source, const Report& report) {
  source.Set("status", "unavailable");
  source.Set("reason", NameOf(report.source.reason));
  const std::int32_t code = report.source.code;
  if (code != 0) source.Set("code", HexOf(code));
  if (!report.detail.empty()) {
    source.Set("detail", report.detail);
  } else if (const char* name = code == 0 ? nullptr : NameOfHresult(code)) {
    source.Set("detail", name);
  }
}

}  // namespace

Napi::Object ReportToJs(Napi::Env env, const Report& report, const Moment& now) {
  Napi::Object source = Napi::Object::New(env);
  switch (report.source.phase) {
    case Phase::kStarting:
      source.Set("status", "starting");
      break;
    case Phase::kListening:
      DescribeListening(source, report);
      break;
    case Phase::kUnavailable:
      DescribeUnavailable(source, report);
      break;
  }
  Napi::Object object = Napi::Object::New(env);
  object.Set("state", NameOf(report.state));
  object.Set("since", report.since_known ? Natural(env, report.since.unix_ms) : env.Null());
  object.Set("ageMs", Natural(env, (now.steady_us - report.since.steady_us) / 1000));
  object.Set("number",
             Natural(env, static_cast<std::int64_t>(std::min<std::uint64_t>(report.number, kMaxSafeInteger))));
  object.Set("source", source);
  object.Set("confirmedAt", report.confirmed ? Natural(env, report.confirmed->unix_ms) : env.Null());
  if (!report.reading.empty()) {
    Napi::Object reading = Napi::Object::New(env);
    reading.Set("at", Natural(env, report.reading.at.unix_ms));
    if (const auto& mode = report.reading.exchange_connection_mode) reading.Set("exchangeConnectionMode", *mode);
    if (const auto& items = report.reading.outbox_items) reading.Set("outboxItems", *items);
    object.Set("reading", reading);
  }
  if (!report.agent.agent.empty()) object.Set("agent", report.agent.agent);
  return object;
}

}  // namespace offline_state
