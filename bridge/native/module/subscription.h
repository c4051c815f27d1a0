// One registration of a JavaScript listener with the agent: a channel client whose reports reach JavaScript's thread by
// a thread-safe function.
//
// Keeps the event loop alive, and itself, until it is closed or the environment (the process, or a worker thread) ends:
// whether JavaScript still holds the handle does not matter, as with setInterval.
#pragma once

#include <napi.h>

#include <memory>
#include <string>

#include "channel/client.h"
#include "module/inbox.h"

namespace offline_state {

class Subscription : public std::enable_shared_from_this<Subscription> {
 public:
  // Throws std::runtime_error when there is no address for `home`, Napi::Error when Node has no more room.
  static std::shared_ptr<Subscription> Start(Napi::Env env, const std::string& home, Napi::Function listener);
  ~Subscription();
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

  // JavaScript's thread. See ChannelClient::Refresh. Nothing after Close.
  void Refresh() noexcept;

  // JavaScript's thread; also from within the listener, which is not called again. Joins the channel's thread, which
  // waits for nothing but its own end. Idempotent.
  void Close() noexcept;

 private:
  static void Deliver(Napi::Env env, Napi::Function listener, Subscription* self, void* nothing);
  using Delivery = Napi::TypedThreadSafeFunction<Subscription, void, Deliver>;

  explicit Subscription(Napi::Env env) : env_(env) {}
  void Open(const std::string& home, Napi::Function listener);

  const Napi::Env env_;
  Inbox inbox_;
  Delivery delivery_;
  std::unique_ptr<ChannelClient> client_;  // none: closed
};

}  // namespace offline_state
