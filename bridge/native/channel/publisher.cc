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
    if (taken_[index].number <= latest_.number) continue;  // the first look at the mailbox has said it already
    latest_ = taken_[index];
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
