#include "channel/publisher.h"

#include <utility>

#include "channel/codec.h"

namespace offline_state {

Publisher::Publisher(Hello hello, std::shared_ptr<Mailbox> mailbox)
    : hello_(std::move(hello)), mailbox_(std::move(mailbox)), latest_(mailbox_->present()) {}

const Publisher::Bytes& Publisher::News() {
  bytes_.clear();
  const std::size_t count = mailbox_->Take(taken_);
  for (std::size_t index = 0; index < count; ++index) {
    const Present& taken = taken_[index];
    if (taken.version <= latest_.version) continue;  // the first look at the mailbox has said it already
    notified_change_ |= taken.source.phase == Phase::kListening && taken.state != latest_.state && taken.since_known;
    latest_ = taken;
    Encode(PictureOf(latest_, Now()), bytes_);
  }
  return bytes_;
}

const Publisher::Bytes& Publisher::Greeting() {
  bytes_.clear();
  Encode(hello_, bytes_);
  Encode(PictureOf(latest_, Now()), bytes_);
  return bytes_;
}

const Publisher::Bytes& Publisher::Newest() {
  newest_.clear();
  Encode(PictureOf(latest_, Now()), newest_);
  return newest_;
}

const Publisher::Bytes& Publisher::Farewell(Goodbye why) {
  bytes_.clear();
  Encode(why, bytes_);
  return bytes_;
}

}  // namespace offline_state
