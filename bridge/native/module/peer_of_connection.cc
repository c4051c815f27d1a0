#include "module/peer_of_connection.h"

#include <cmath>
#include <optional>
#include <string>

#include "peer/socket_owner.h"

namespace offline_state {
namespace {

Endpoint EndpointFrom(const Napi::CallbackInfo& info, std::size_t index, const char* name) {
  const Napi::Value given = info[index];
  if (given.IsObject()) {
    const Napi::Value address = given.As<Napi::Object>().Get("address");
    const Napi::Value port = given.As<Napi::Object>().Get("port");
    if (address.IsString() && port.IsNumber()) {
      const double number = port.As<Napi::Number>().DoubleValue();
      const bool whole = number >= 0 && number <= 65535 && std::trunc(number) == number;
      const auto end =
          ParseEndpoint(address.As<Napi::String>().Utf8Value(), whole ? static_cast<std::uint32_t>(number) : 0);
      if (end) return *end;
    }
  }
  throw Napi::TypeError::New(info.Env(),
                             std::string(name) + " must be { address: an IPv4 or IPv6 address, port: 1 to 65535 }");
}

// On a thread of libuv's pool: it takes microseconds on Linux, but Windows and macOS list every connection.
class Lookup final : public Napi::AsyncWorker {
 public:
  Lookup(Napi::Env env, const TcpConnection& connection)
      : Napi::AsyncWorker(env), deferred_(Napi::Promise::Deferred::New(env)), connection_(connection) {}

  Napi::Promise Promise() const { return deferred_.Promise(); }

  void Execute() override { verdict_ = CheckPeer(connection_); }

  void OnOK() override {
    Napi::Object result = Napi::Object::New(Env());
    result.Set("sameUser", verdict_.same_user);
    if (!verdict_.same_user) {
      result.Set("found", verdict_.found);
      result.Set("why", verdict_.reason);
    }
    deferred_.Resolve(result);
  }

  void OnError(const Napi::Error& error) override {
    verdict_ = {false, true, error.Message()};
    OnOK();
  }

 private:
  Napi::Promise::Deferred deferred_;
  TcpConnection connection_;
  PeerVerdict verdict_;
};

}  // namespace

Napi::Value PeerOfConnection(const Napi::CallbackInfo& info) {
  const TcpConnection connection{EndpointFrom(info, 0, "local"), EndpointFrom(info, 1, "remote")};
  // It deletes itself after its promise is settled.
  auto* lookup = new Lookup(info.Env(), connection);
  const Napi::Promise promise = lookup->Promise();
  lookup->Queue();
  return promise;
}

}  // namespace offline_state
