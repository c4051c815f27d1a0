#include <system_error>
#include <vector>

#include "module/setup.h"
#include "setup/outlooks_windows.h"
#include "setup/trusted_roots_windows.h"

namespace offline_state {
namespace {

// Runs `work`, and makes of what it throws an error of JavaScript with the Windows error in `code`.
template <typename Work>
auto Asking(Napi::Env env, Work work) {
  try {
    return work();
  } catch (const std::system_error& failure) {
    Napi::Error error = Napi::Error::New(env, failure.what());
    error.Set("code", Napi::Number::New(env, static_cast<double>(static_cast<unsigned>(failure.code().value()))));
    throw error;
  }
}

std::vector<std::uint8_t> Bytes(const Napi::CallbackInfo& info) {
  if (info.Length() < 1 || !info[0].IsBuffer()) throw Napi::TypeError::New(info.Env(), "a Buffer is expected");
  const auto buffer = info[0].As<Napi::Buffer<std::uint8_t>>();
  return {buffer.Data(), buffer.Data() + buffer.Length()};
}

Napi::Value Add(const Napi::CallbackInfo& info) {
  const auto der = Bytes(info);
  Asking(info.Env(), [&] { AddTrustedRoot(der); });
  return info.Env().Undefined();
}

Napi::Value Remove(const Napi::CallbackInfo& info) {
  const auto sha1 = Bytes(info);
  return Napi::Boolean::New(info.Env(), Asking(info.Env(), [&] { return RemoveTrustedRoot(sha1); }));
}

Napi::Value IsTrusted(const Napi::CallbackInfo& info) {
  const auto sha1 = Bytes(info);
  return Napi::Boolean::New(info.Env(), Asking(info.Env(), [&] { return IsTrustedRoot(sha1); }));
}

Napi::Value Elevated(Napi::Env env, Elevation elevation) {
  if (elevation == Elevation::kUnknown) return env.Null();
  return Napi::Boolean::New(env, elevation == Elevation::kYes);
}

Napi::Value Outlooks(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto found = Asking(env, [] { return RunningOutlooks(); });
  Napi::Array list = Napi::Array::New(env, found.size());
  for (std::uint32_t i = 0; i < found.size(); ++i) {
    Napi::Object one = Napi::Object::New(env);
    one.Set("id", found[i].id);
    one.Set("image", found[i].image);
    one.Set("bits", found[i].bits);
    one.Set("elevated", Elevated(env, found[i].elevation));
    list.Set(i, one);
  }
  return list;
}

Napi::Value Image(const Napi::CallbackInfo& info) {
  if (info.Length() < 1 || !info[0].IsNumber()) throw Napi::TypeError::New(info.Env(), "a process id is expected");
  return Napi::String::New(info.Env(), ProcessImage(info[0].As<Napi::Number>().Uint32Value()));
}

Napi::Value Version(const Napi::CallbackInfo& info) {
  if (info.Length() < 1 || !info[0].IsString()) throw Napi::TypeError::New(info.Env(), "a path is expected");
  return Napi::String::New(info.Env(), FileVersion(info[0].As<Napi::String>().Utf8Value()));
}

}  // namespace

void AddSetup(Napi::Env env, Napi::Object exports) {
  exports.Set("addTrustedRoot", Napi::Function::New(env, Add));
  exports.Set("removeTrustedRoot", Napi::Function::New(env, Remove));
  exports.Set("isTrustedRoot", Napi::Function::New(env, IsTrusted));
  exports.Set("runningOutlooks", Napi::Function::New(env, Outlooks));
  exports.Set("processImage", Napi::Function::New(env, Image));
  exports.Set("fileVersion", Napi::Function::New(env, Version));
}

}  // namespace offline_state
