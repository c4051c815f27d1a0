#include "module/subscribe.h"

#include <string>

#include "channel/address.h"
#include "module/subscription.h"

namespace offline_state {
namespace {

std::string HomeOf(const Napi::CallbackInfo& info) {
  const Napi::Value options = info[0];
  if (!options.IsObject()) throw Napi::TypeError::New(info.Env(), "options must be an object");
  const Napi::Value home = options.As<Napi::Object>().Get("home");
  if (home.IsUndefined()) return HomeFromEnvironment();
  if (!home.IsString()) throw Napi::TypeError::New(info.Env(), "options.home must be a string or undefined");
  const std::string path = home.As<Napi::String>().Utf8Value();
  if (path.find('\0') != std::string::npos) {
    throw Napi::TypeError::New(info.Env(), "options.home must not contain a NUL character");
  }
  return path.empty() ? HomeFromEnvironment() : path;
}

}  // namespace

Napi::Value Subscribe(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::string home = HomeOf(info);
  if (!info[1].IsFunction()) throw Napi::TypeError::New(env, "listener must be a function");
  const auto subscription = Subscription::Start(env, home, info[1].As<Napi::Function>());
  Napi::Object handle = Napi::Object::New(env);
  handle.Set("refresh",
             Napi::Function::New(env, [subscription](const Napi::CallbackInfo&) { subscription->Refresh(); }));
  handle.Set("close", Napi::Function::New(env, [subscription](const Napi::CallbackInfo&) { subscription->Close(); }));
  return handle;
}

}  // namespace offline_state
