#include "module/setup.h"

#include <system_error>
#include <vector>

#include "setup/outlook_processes_windows.h"
#include "setup/trusted_roots_windows.h"

namespace offline_state {
namespace {

// Calls `work` and converts a std::system_error to a JavaScript error with the Windows error in `code`.
template <typename Work>
auto Checked(Napi::Env env, Work work) {
  try {
    return work();
  } catch (const std::system_error& system_error) {
    Napi::Error error = Napi::Error::New(env, system_error.what());
    error.Set("code", Napi::Number::New(env, static_cast<double>(static_cast<unsigned>(system_error.code().value()))));
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
  Checked(info.Env(), [&] { AddTrustedRoot(der); });
  return info.Env().Undefined();
}

Napi::Value Remove(const Napi::CallbackInfo& info) {
  const auto sha1 = Bytes(info);
  return Napi::Boolean::New(info.Env(), Checked(info.Env(), [&] { return RemoveTrustedRoot(sha1); }));
}

Napi::Value IsTrusted(const Napi::CallbackInfo& info) {
  const auto sha1 = Bytes(info);
  return Napi::Boolean::New(info.Env(), Checked(info.Env(), [&] { return IsTrustedRoot(sha1); }));
}

Napi::Value Elevated(Napi::Env env, Elevation elevation) {
  if (elevation == Elevation::kUnknown) return env.Null();
  return Napi::Boolean::New(env, elevation == Elevation::kYes);
}

Napi::Value Outlooks(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto found = Checked(env, [] { return FindOutlookProcesses(); });
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
  Napi::Object functions = Napi::Object::New(env);
  functions.Set("addTrustedRoot", Napi::Function::New(env, Add));
  functions.Set("removeTrustedRoot", Napi::Function::New(env, Remove));
  functions.Set("isTrustedRoot", Napi::Function::New(env, IsTrusted));
  functions.Set("runningOutlooks", Napi::Function::New(env, Outlooks));
  functions.Set("processImage", Napi::Function::New(env, Image));
  functions.Set("fileVersion", Napi::Function::New(env, Version));
  exports.Set("windows", functions);
}

}  // namespace offline_state
