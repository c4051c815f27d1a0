#include "channel/publisher.h"

#include <doctest/doctest.h>

#include "channel/codec.h"
#include "channel/server.h"

namespace offline_state {
namespace {

struct Fixture {
  std::shared_ptr<Waker> waker = Waker::Create();
  std::shared_ptr<Mailbox> mailbox = std::make_shared<Mailbox>(waker);
  Publisher publisher{Hello{kChannelVersion, "1.0", "16.0", "Outlook"}, mailbox};

  static std::vector<Frame> FramesOf(const Publisher::Bytes& bytes) {
    Decoder decoder;
    decoder.Feed(bytes.data(), bytes.size());
    std::vector<Frame> frames;
    for (Decoded next = decoder.Next(); std::holds_alternative<Frame>(next); next = decoder.Next()) {
      frames.push_back(std::get<Frame>(next));
    }
    return frames;
  }
  static std::vector<std::uint64_t> NumbersOf(const Publisher::Bytes& bytes) {
    std::vector<std::uint64_t> numbers;
    for (const Frame& frame : FramesOf(bytes)) {
      if (const auto* picture = std::get_if<Picture>(&frame)) numbers.push_back(picture->number);
    }
    return numbers;
  }
  void Listen() { mailbox->SetSource({Phase::kListening, Reason::kNone, 0, true, true}); }
};

using Numbers = std::vector<std::uint64_t>;

TEST_CASE_FIXTURE(Fixture, "greets with who the agent is and the present picture") {
  const auto frames = FramesOf(publisher.Greeting());
  REQUIRE(frames.size() == 2);
  CHECK(std::get<Hello>(frames[0]).profile == "Outlook");
  CHECK(std::get<Picture>(frames[1]).number == 0);
  CHECK(std::get<Picture>(frames[1]).source.phase == Phase::kStarting);
}

TEST_CASE_FIXTURE(Fixture, "tells each change once, in order") {
  CHECK(publisher.News().empty());
  Listen();
  mailbox->Post(State::kOnline);
  mailbox->Post(State::kOffline);
  CHECK(NumbersOf(publisher.News()) == Numbers{1, 2, 3});
  CHECK(publisher.News().empty());
}

TEST_CASE_FIXTURE(Fixture, "tells a confirmation and a reading with the number of the state that they are about") {
  Listen();
  mailbox->Post(State::kOnline);
  publisher.News();
  Reading reading;
  reading.outbox_items = 3;
  reading.at = Now();
  CHECK(mailbox->PostReading({{State::kOnline, mailbox->posts(), Now()}}, reading));
  const auto frames = FramesOf(publisher.News());
  REQUIRE(frames.size() == 1);
  CHECK(std::get<Picture>(frames[0]).number == 2);
  CHECK(std::get<Picture>(frames[0]).outbox_items == 3U);
  mailbox->Post(State::kOffline);
  CHECK(NumbersOf(publisher.News()) == Numbers{3});
}

TEST_CASE_FIXTURE(Fixture, "asks for a reading after a change that was notified, not after one that was read") {
  Listen();
  publisher.News();
  CHECK_FALSE(publisher.TakeNotifiedChange());
  mailbox->Post(State::kOnline);
  publisher.News();
  CHECK(publisher.TakeNotifiedChange());
  CHECK_FALSE(publisher.TakeNotifiedChange());
  mailbox->PostReading(State::kOnline, mailbox->posts());
  publisher.News();
  CHECK_FALSE(publisher.TakeNotifiedChange());
  mailbox->PostReading(State::kOffline, mailbox->posts());
  publisher.News();
  CHECK_FALSE(publisher.TakeNotifiedChange());
  mailbox->SetSource({Phase::kUnavailable, Reason::kStopped, 0, false, false});
  publisher.News();
  CHECK_FALSE(publisher.TakeNotifiedChange());
}

TEST_CASE_FIXTURE(Fixture, "who comes between two changes hears the one now and the other later, neither twice") {
  Listen();
  mailbox->Post(State::kOnline);
  publisher.News();
  mailbox->Post(State::kOffline);  // after the last news: it must not be in the greeting and in the news
  CHECK(NumbersOf(publisher.Greeting()) == Numbers{2});
  CHECK(NumbersOf(publisher.News()) == Numbers{3});
}

TEST_CASE("what the mailbox held before the publisher is told once") {
  const auto waker = Waker::Create();
  const auto mailbox = std::make_shared<Mailbox>(waker);
  mailbox->SetSource({Phase::kListening, Reason::kNone, 0, true, true});
  mailbox->Post(State::kOnline);
  Publisher publisher(Hello{}, mailbox);
  CHECK(publisher.News().empty());
  CHECK(Fixture::NumbersOf(publisher.Greeting()) == Numbers{2});
}

TEST_CASE_FIXTURE(Fixture, "a burst longer than the mailbox ends on the newest") {
  Listen();
  for (int change = 0; change < 1000; ++change) mailbox->Post(change % 2 == 0 ? State::kOnline : State::kOffline);
  const auto& news = publisher.News();
  CHECK(news.size() <= ChannelServer::kMaxUnsent);  // so that nobody who has read the rest misses any of it
  const Numbers numbers = NumbersOf(news);
  CHECK(numbers.size() == Mailbox::kRing);
  CHECK(numbers.back() == 1001);
  CHECK(publisher.News().empty());
}

TEST_CASE_FIXTURE(Fixture, "who has missed some is told the newest of what was told, in the middle of the telling") {
  Listen();
  mailbox->Post(State::kOnline);
  const auto& news = publisher.News();
  mailbox->Post(State::kOffline);  // not told yet
  CHECK(NumbersOf(publisher.Newest()) == Numbers{2});
  CHECK(NumbersOf(news) == Numbers{1, 2});
  CHECK(NumbersOf(publisher.News()) == Numbers{3});
}

TEST_CASE_FIXTURE(Fixture, "says goodbye") {
  const auto frames = FramesOf(publisher.Farewell(Goodbye::kAddInDisconnected));
  REQUIRE(frames.size() == 1);
  CHECK(std::get<Goodbye>(frames[0]) == Goodbye::kAddInDisconnected);
}

}  // namespace
}  // namespace offline_state
