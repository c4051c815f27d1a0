#include "module/subscription.h"

#include <optional>

#include "module/report_to_js.h"

namespace offline_state {
namespace {

void CloseWithEnvironment(void* subscription) { static_cast<Subscription*>(subscription)->Close(); }

// What the listener throws is the program's uncaught exception, as from any other event.
void Call(Napi::Env env, Napi::Function listener, Napi::Object report) {
  const napi_value argument = report;
  napi_value ignored = nullptr;
  if (napi_call_function(env, env.Undefined(), listener, 1, &argument, &ignored) != napi_pending_exception) return;
  napi_value thrown = nullptr;
  if (napi_get_and_clear_last_exception(env, &thrown) == napi_ok) napi_fatal_exception(env, thrown);
}

}  // namespace

std::shared_ptr<Subscription> Subscription::Start(Napi::Env env, const std::string& home, Napi::Function listener) {
  const std::shared_ptr<Subscription> subscription(new Subscription(env));
  subscription->Open(home, listener);
  return subscription;
}

Subscription::~Subscription() = default;

void Subscription::Open(const std::string& home, Napi::Function listener) {
  // Node holds the subscription until it has let go of the thread-safe function.
  auto held = std::make_unique<std::shared_ptr<Subscription>>(shared_from_this());
  const auto let_go = [](Napi::Env, std::shared_ptr<Subscription>* holder, Subscription*) {
    const std::unique_ptr<std::shared_ptr<Subscription>> last(holder);
    (*last)->Close();
  };
  delivery_ = Delivery::New(env_, listener, "offline-state", Inbox::kLimit, 1, this, let_go, held.get());
  static_cast<void>(held.release());
  try {
    client_ = ChannelClient::Start(home, [this](const Report& report) {
      inbox_.Put(report);
      // Refused when as many calls are waiting as there are reports at most: one of them takes this one.
      static_cast<void>(delivery_.NonBlockingCall());
    });
  } catch (...) {
    delivery_.Release();
    throw;
  }
  // Hooks run last in, first out: the channel's thread has ended before Node takes the thread-safe function away.
  napi_add_env_cleanup_hook(env_, CloseWithEnvironment, this);
}

void Subscription::Refresh() noexcept {
  if (client_) client_->Refresh();
}

void Subscription::Close() noexcept {
  const std::unique_ptr<ChannelClient> client = std::move(client_);
  if (!client) return;
  client->Stop();
  napi_remove_env_cleanup_hook(env_, CloseWithEnvironment, this);
  delivery_.Release();
}

// One report for each call, so that promises and ticks run between two of them.
void Subscription::Deliver(Napi::Env env, Napi::Function listener, Subscription* self, void* /*nothing*/) {
  if (env == nullptr || !self->client_) return;  // the environment ends, or the listener has closed
  const std::optional<Report> report = self->inbox_.Take();
  if (!report) return;
  try {
    Call(env, listener, ReportToJs(env, *report, Now()));
  } catch (const Napi::Error&) {
    // The environment is being torn down under us: there is nobody left to tell.
  }
}

}  // namespace offline_state
