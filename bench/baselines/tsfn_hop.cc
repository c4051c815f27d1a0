// Baseline: a thread-safe function from a native thread to JavaScript: run(count, intervalUs, onCall, onEnd). `onCall`
// receives the time of the call in nanoseconds, on the clock of process.hrtime; `onEnd` is called when the thread has
// ended.
#include <napi.h>

#include <memory>
#include <thread>

#include "clock.h"

namespace {

using offline_state::bench::Clock;
using offline_state::bench::NowNs;

void Run(const Napi::CallbackInfo& info) {
  const int count = info[0].As<Napi::Number>().Int32Value();
  const auto interval = std::chrono::microseconds(info[1].As<Napi::Number>().Int64Value());
  Napi::FunctionReference on_end = Napi::Persistent(info[3].As<Napi::Function>());
  auto held = std::make_shared<Napi::FunctionReference>(std::move(on_end));
  auto thread = std::make_shared<std::thread>();
  auto function = Napi::ThreadSafeFunction::New(info.Env(), info[2].As<Napi::Function>(), "hop", 0, 1,
                                                [thread, held](Napi::Env env) {
                                                  thread->join();
                                                  held->Value().Call(env.Undefined(), {});
                                                });
  *thread = std::thread([function, count, interval] {
    auto next = Clock::now();
    for (int index = 0; index < count; ++index) {
      next += interval;
      std::this_thread::sleep_until(next);
      const double sent = static_cast<double>(NowNs());
      function.NonBlockingCall(
          [sent](Napi::Env env, Napi::Function on_call) { on_call.Call({Napi::Number::New(env, sent)}); });
    }
    Napi::ThreadSafeFunction(function).Release();
  });
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("run", Napi::Function::New(env, Run));
  return exports;
}

}  // namespace

NODE_API_MODULE(tsfn_hop, Init)
