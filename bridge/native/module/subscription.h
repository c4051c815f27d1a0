// `subscribe(options, listener)` of index.d.ts: a channel client whose newest status is delivered to a JavaScript
// listener.
//
// A subscription keeps the event loop alive, and itself, until it is closed or the environment (the process, or a
// worker thread) ends. As with setInterval it does not matter whether JavaScript still holds the object.
#pragma once

#include <napi.h>

#include <memory>
#include <string>

#include "channel/client.h"
#include "core/latest_value.h"

namespace offline_state {

Napi::Value Subscribe(const Napi::CallbackInfo& info);

class Subscription : public std::enable_shared_from_this<Subscription> {
 public:
  // Throws std::runtime_error if `data_directory` has no address, Napi::Error if Node has no resources.
  static std::shared_ptr<Subscription> Start(Napi::Env env, const std::string& data_directory, Napi::Function listener);
  ~Subscription();
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

  // JavaScript's thread. See ChannelClient::Refresh. Does nothing after Close.
  void Refresh() noexcept;

  // JavaScript's thread; also from within the listener, which is not called again. Joins the client's thread within
  // bounded time. Idempotent.
  void Close() noexcept;

 private:
  static void Deliver(Napi::Env env, Napi::Function listener, Subscription* self, void* unused);
  using Delivery = Napi::TypedThreadSafeFunction<Subscription, void, Deliver>;

  explicit Subscription(Napi::Env env);
  void Open(const std::string& data_directory, Napi::Function listener);

  const Napi::Env env_;
  Delivery delivery_;
  LatestValue<ClientStatus> status_;       // from the client's thread to JavaScript's
  std::unique_ptr<ChannelClient> client_;  // none: closed
};

}  // namespace offline_state
