// What the bridge knows, from what happens at its end of the channel: the portable half of a channel client.
//
// A platform's loop tries to connect and says what came of it; frames become reports; and when the agent is not there,
// this decides which reason is true. Used by the client's one thread alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "channel/client.h"
#include "channel/codec.h"

namespace offline_state {

class Session {
 public:
  // Longest time for which nothing definite is said although no agent answers. A process that dies takes a moment to be
  // gone.
  static constexpr std::int64_t kPatienceUs = 300'000;

  struct Surroundings {
    std::function<bool()> outlook_runs;
    std::function<Moment()> now = Now;
  };

  Session(ChannelClient::Listener listener, Surroundings surroundings);

  // An attempt to connect: nobody listens there; whoever listens is not our Outlook; the channel is open.
  void Absent(const std::string& detail);
  void Untrusted(const std::string& detail);
  void Opened();

  // Bytes came through the open channel. False: they are no good, so close it.
  bool Received(const std::uint8_t* data, std::size_t size);
  // The channel has been closed, by whichever end.
  void Closed();
  // As Closed, when there was no memory even to say so: the next attempt to connect says what is true then.
  void Forget() noexcept { stage_ = Stage::kSeeking; }

  // A pane has connected. Call it after an attempt to connect has failed; no meaning while a channel is open.
  void LookAgain();

  // Whether the agent at the other end of the open channel understands a refresh: an older one would close the channel.
  bool takes_refresh() const noexcept { return stage_ == Stage::kFollowing && takes_refresh_; }

  // Milliseconds after which Tick wants to be called, should nothing else happen; -1: never.
  int PatienceMs() const;
  void Tick();
  // Milliseconds after which to try to connect again: short while somebody waits for the answer.
  int RetryMs() const noexcept { return deadline_us_ ? 20 : 100; }

 private:
  enum class Stage { kSeeking, kOpened, kGreeted, kFollowing, kLeaving, kRefused };

  bool Take(const Hello& hello);
  bool Take(const Picture& picture);
  bool Take(Goodbye why);
  bool Refuse(const std::string& detail);

  void Look();
  void BecomePatient();
  void TellStarting();
  void TellUnavailable(Reason reason, const std::string& detail);
  void TellOwn(const Source& source, const std::string& detail);
  void Tell(Report report);

  const ChannelClient::Listener listener_;
  const Surroundings surroundings_;
  Stage stage_ = Stage::kSeeking;
  Decoder decoder_;
  Hello hello_;
  bool takes_refresh_ = false;
  Goodbye goodbye_ = Goodbye::kOutlookCloses;
  std::string absence_;                      // what the last attempt to connect met
  std::optional<std::int64_t> deadline_us_;  // steady clock: something definite is said by then
  std::optional<Report> told_;
};

}  // namespace offline_state
