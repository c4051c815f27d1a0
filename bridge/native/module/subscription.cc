#include "module/subscription.h"

#include <optional>

#include "channel/address.h"
#include "module/to_js.h"

namespace offline_state {
namespace {

std::string DataDirectoryOf(const Napi::CallbackInfo& info) {
  const Napi::Value options = info[0];
  if (!options.IsObject()) throw Napi::TypeError::New(info.Env(), "options must be an object");
  const Napi::Value value = options.As<Napi::Object>().Get("dataDirectory");
  if (value.IsUndefined()) return DataDirectoryFromEnvironment();
  if (!value.IsString()) {
    throw Napi::TypeError::New(info.Env(), "options.dataDirectory must be a string or undefined");
  }
  const std::string path = value.As<Napi::String>().Utf8Value();
  if (path.find('\0') != std::string::npos) {
    throw Napi::TypeError::New(info.Env(), "options.dataDirectory must not contain a NUL character");
  }
  return path.empty() ? DataDirectoryFromEnvironment() : path;
}

void CloseWithEnvironment(void* subscription) { static_cast<Subscription*>(subscription)->Close(); }

// An error that the listener throws is an uncaught exception, as from any other event.
void Call(Napi::Env env, Napi::Function listener, Napi::Object status) {
  const napi_value argument = status;
  napi_value ignored = nullptr;
  if (napi_call_function(env, env.Undefined(), listener, 1, &argument, &ignored) != napi_pending_exception) return;
  napi_value error = nullptr;
  if (napi_get_and_clear_last_exception(env, &error) == napi_ok) napi_fatal_exception(env, error);
}

}  // namespace

Napi::Value Subscribe(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::string data_directory = DataDirectoryOf(info);
  if (!info[1].IsFunction()) throw Napi::TypeError::New(env, "listener must be a function");
  const auto subscription = Subscription::Start(env, data_directory, info[1].As<Napi::Function>());
  Napi::Object handle = Napi::Object::New(env);
  handle.Set("refresh",
             Napi::Function::New(env, [subscription](const Napi::CallbackInfo&) { subscription->Refresh(); }));
  handle.Set("close", Napi::Function::New(env, [subscription](const Napi::CallbackInfo&) { subscription->Close(); }));
  return handle;
}

std::shared_ptr<Subscription> Subscription::Start(Napi::Env env, const std::string& data_directory,
                                                  Napi::Function listener) {
  const std::shared_ptr<Subscription> subscription(new Subscription(env));
  subscription->Open(data_directory, listener);
  return subscription;
}

// The queue of the thread-safe function holds at most the call for the value that waits: a call is refused only if the
// function is closing, and then nobody waits for it.
Subscription::Subscription(Napi::Env env)
    : env_(env), status_([this] { static_cast<void>(delivery_.NonBlockingCall()); }) {}

Subscription::~Subscription() = default;

void Subscription::Open(const std::string& data_directory, Napi::Function listener) {
  // Node holds a reference until it has finalized the thread-safe function.
  auto reference = std::make_unique<std::shared_ptr<Subscription>>(shared_from_this());
  const auto finalize = [](Napi::Env, std::shared_ptr<Subscription>* holder, Subscription*) {
    const std::unique_ptr<std::shared_ptr<Subscription>> last(holder);
    (*last)->Close();
  };
  constexpr std::size_t kUnlimitedQueue = 0;
  delivery_ = Delivery::New(env_, listener, "offline-state", kUnlimitedQueue, 1, this, finalize, reference.get());
  static_cast<void>(reference.release());
  try {
    client_ = ChannelClient::Start(data_directory, [this](const ClientStatus& status) { status_.Set(status); });
  } catch (...) {
    delivery_.Release();
    throw;
  }
  // Hooks run last in, first out: the client's thread ends before Node finalizes the thread-safe function.
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

// One status for each call, so that promises and ticks run between two of them.
void Subscription::Deliver(Napi::Env env, Napi::Function listener, Subscription* self, void* /*unused*/) {
  if (env == nullptr || !self->client_) return;  // the environment is ending, or the listener has closed
  const std::optional<ClientStatus> status = self->status_.Take();
  if (!status) return;
  try {
    Call(env, listener, ToJs(env, *status, Now()));
  } catch (const Napi::Error&) {
    // The environment is being torn down: nobody is left to be informed.
  }
}

}  // namespace offline_state
