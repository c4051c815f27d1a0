#include "channel/session.h"

#include <algorithm>
#include <utility>

namespace offline_state {
namespace {

// The moment `age_us` before `now`.
Moment Before(const Moment& now, std::int64_t age_us) noexcept {
  return {now.unix_ms - (age_us + 500) / 1000, now.steady_us - age_us};
}

}  // namespace

Session::Session(ChannelClient::Listener listener, Surroundings surroundings)
    : listener_(std::move(listener)), surroundings_(std::move(surroundings)) {}

void Session::Absent(const std::string& detail) {
  absence_ = detail;
  const bool said = told_ && told_->source.phase == Phase::kUnavailable;
  const bool said_of_another =
      said && (told_->source.reason == Reason::kAgentUntrusted || told_->source.reason == Reason::kAgentIncompatible);
  if (deadline_us_ ? !surroundings_.outlook_runs() : !said || said_of_another) Look();
}

void Session::Untrusted(const std::string& detail) { TellUnavailable(Reason::kAgentUntrusted, detail); }

void Session::Opened() {
  stage_ = Stage::kOpened;
  decoder_ = Decoder();
  takes_refresh_ = false;
  BecomePatient();
}

bool Session::Received(const std::uint8_t* data, std::size_t size) {
  decoder_.Feed(data, size);
  for (;;) {
    const Decoded decoded = decoder_.Next();
    if (std::holds_alternative<NeedMore>(decoded)) return true;
    if (const auto* malformed = std::get_if<Malformed>(&decoded)) {
      return Refuse(*malformed == Malformed::kBadVersion
                        ? "The agent speaks version " + std::to_string(decoder_.peer_version()) +
                              " of the channel, this bridge version " + std::to_string(kChannelVersion) + "."
                        : std::string("The agent sent ") + NameOf(*malformed) + ".");
    }
    const auto take = [this](const auto& what) { return Take(what); };
    if (stage_ != Stage::kLeaving && !std::visit(take, std::get<Frame>(decoded))) return false;
  }
}

void Session::Closed() {
  const Stage was = std::exchange(stage_, Stage::kSeeking);
  hello_ = Hello();
  if (was == Stage::kRefused) return;  // what was said of it stays true until another attempt shows something else
  if (was == Stage::kLeaving) {
    if (goodbye_ == Goodbye::kOutlookCloses) {
      TellUnavailable(Reason::kOutlookNotRunning, "Outlook has closed.");
    }
    return;
  }
  absence_ = "The channel to the agent broke.";
  const bool lost_nothing = was != Stage::kFollowing && told_ && told_->source.phase == Phase::kUnavailable;
  if (lost_nothing || !surroundings_.outlook_runs()) return Look();
  BecomePatient();
  TellStarting();
}

void Session::LookAgain() {
  if (stage_ == Stage::kSeeking && !deadline_us_ && told_ && told_->source.reason != Reason::kAgentUntrusted &&
      told_->source.reason != Reason::kAgentIncompatible) {
    Look();
  }
}

int Session::PatienceMs() const {
  if (!deadline_us_) return -1;
  const std::int64_t left_us = *deadline_us_ - surroundings_.now().steady_us;
  return static_cast<int>(std::clamp<std::int64_t>(left_us / 1000 + 1, 0, kPatienceUs / 1000));
}

void Session::Tick() {
  if (!deadline_us_ || surroundings_.now().steady_us < *deadline_us_) return;
  if (stage_ == Stage::kSeeking) {
    Look();
  } else {
    TellUnavailable(Reason::kAgentMissing, "The agent in Outlook does not answer.");
  }
}

bool Session::Take(const Hello& hello) {
  if (stage_ != Stage::kOpened) return Refuse("The agent introduced itself twice.");
  hello_ = hello;
  stage_ = Stage::kGreeted;
  return true;
}

bool Session::Take(const Picture& picture) {
  if (stage_ != Stage::kGreeted && stage_ != Stage::kFollowing) return Refuse("The agent did not introduce itself.");
  stage_ = Stage::kFollowing;
  takes_refresh_ = picture.confirmed_age_us.has_value();
  deadline_us_.reset();
  const Moment now = surroundings_.now();
  Report report;
  report.number = picture.number;
  report.source = picture.source;
  report.agent = hello_;
  if (picture.source.phase == Phase::kListening || picture.state == State::kUnknown) {
    // The frame may have waited for us: both ends read the same steady clock.
    const std::int64_t late_us = std::max<std::int64_t>(now.steady_us - picture.made_us, 0);
    report.state = picture.state;
    report.since_known = picture.since_known;
    report.since = {picture.since_unix_ms, now.steady_us - late_us - picture.age_us};
    if (report.state != State::kUnknown) {
      // The agent's wall clock may have been set since; the ages are of a clock that is not. A state is not confirmed
      // before it began.
      const bool is_later = picture.confirmed_age_us.value_or(picture.age_us) < picture.age_us;
      report.confirmed = is_later ? Before(now, late_us + *picture.confirmed_age_us) : report.since;
    }
    if (picture.source.phase == Phase::kListening) {
      report.reading.exchange_connection_mode = picture.exchange_connection_mode;
      report.reading.outbox_items = picture.outbox_items;
      report.reading.at = Before(now, late_us + picture.reading_age_us);
    }
  } else {
    report.since = now;  // an agent that does not listen cannot know a state
  }
  Tell(std::move(report));
  return true;
}

bool Session::Take(Goodbye why) {
  if (stage_ != Stage::kGreeted && stage_ != Stage::kFollowing) return Refuse("The agent did not introduce itself.");
  stage_ = Stage::kLeaving;
  goodbye_ = why;
  if (why == Goodbye::kOutlookCloses) {
    TellUnavailable(Reason::kStopped, "Outlook is closing.");
  } else {
    TellUnavailable(Reason::kAgentMissing, "The add-in was unloaded from Outlook.");
  }
  return true;
}

bool Session::Refuse(const std::string& detail) {
  stage_ = Stage::kRefused;
  TellUnavailable(Reason::kAgentIncompatible, detail);
  return false;
}

void Session::Look() {
  const bool runs = surroundings_.outlook_runs();
  TellUnavailable(runs ? Reason::kAgentMissing : Reason::kOutlookNotRunning, absence_);
}

void Session::BecomePatient() {
  if (!deadline_us_) deadline_us_ = surroundings_.now().steady_us + kPatienceUs;
}

void Session::TellStarting() {
  if (told_ && told_->source.phase == Phase::kListening) TellOwn(Source(), "");
}

void Session::TellUnavailable(Reason reason, const std::string& detail) {
  deadline_us_.reset();
  if (told_ && told_->source.phase == Phase::kUnavailable && told_->source.reason == reason) return;
  Source source;
  source.phase = Phase::kUnavailable;
  source.reason = reason;
  TellOwn(source, detail);
}

// A report of our own: the state is unknown. It began to be so when we lost a state that we knew.
void Session::TellOwn(const Source& source, const std::string& detail) {
  Report report;
  report.source = source;
  report.detail = detail;
  if (told_ && told_->state == State::kUnknown) {
    report.since_known = told_->since_known;
    report.since = told_->since;
  } else {
    report.since_known = told_.has_value();
    report.since = surroundings_.now();
  }
  Tell(std::move(report));
}

void Session::Tell(Report report) {
  told_ = std::move(report);
  listener_(*told_);
}

}  // namespace offline_state
