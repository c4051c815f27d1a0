#include "module/setup.h"

#include <poll.h>

namespace offline_state {
namespace {

// Whether nobody can read any more what is written to the pipe or socket `descriptor`.
Napi::Value IsReaderGone(const Napi::CallbackInfo& info) {
  if (info.Length() != 1 || !info[0].IsNumber()) {
    throw Napi::TypeError::New(info.Env(), "descriptor: a number is expected");
  }
  pollfd watched = {info[0].As<Napi::Number>().Int32Value(), 0, 0};
  const bool gone = poll(&watched, 1, 0) == 1 && (watched.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
  return Napi::Boolean::New(info.Env(), gone);
}

}  // namespace

void AddSetup(Napi::Env env, Napi::Object exports) {
  exports.Set("isReaderGone", Napi::Function::New(env, IsReaderGone, "isReaderGone"));
}

}  // namespace offline_state
