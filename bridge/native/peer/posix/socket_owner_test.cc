#include "peer/socket_owner.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>
#if defined(__linux__)
#include "peer/posix/socket_owner_linux.h"
#endif

namespace offline_state {
namespace {

constexpr uid_t kNobody = 65534;

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {
    if (fd < 0) throw std::runtime_error("no socket");
  }
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ~Fd() { Close(); }
  void Close() {
    if (fd_ >= 0) close(std::exchange(fd_, -1));
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

sockaddr_in6 Address6(const std::string& text, std::uint16_t port) {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  REQUIRE(inet_pton(AF_INET6, text.c_str(), &address.sin6_addr) == 1);
  return address;
}

sockaddr_in Address4(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

template <typename Address>
const sockaddr* Plain(const Address& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

Endpoint EndpointOf(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = "";
  std::uint16_t port = 0;
  if (address.ss_family == AF_INET) {
    const auto& plain = reinterpret_cast<const sockaddr_in&>(address);
    inet_ntop(AF_INET, &plain.sin_addr, text, sizeof(text));
    port = ntohs(plain.sin_port);
  } else {
    const auto& plain = reinterpret_cast<const sockaddr_in6&>(address);
    inet_ntop(AF_INET6, &plain.sin6_addr, text, sizeof(text));
    port = ntohs(plain.sin6_port);
  }
  const auto end = ParseEndpoint(text, port);
  REQUIRE(end.has_value());
  return *end;
}

// Without IPv6 the loopback interface has no ::1.
bool HasIpv6() {
  const int socket6 = socket(AF_INET6, SOCK_STREAM, 0);
  if (socket6 < 0) return false;
  const Fd fd(socket6);
  const sockaddr_in6 loopback = Address6("::1", 0);
  return bind(fd.get(), Plain(loopback), sizeof(loopback)) == 0;
}

std::vector<bool> IpVersions() { return HasIpv6() ? std::vector<bool>{false, true} : std::vector<bool>{false}; }

struct ListeningSocket {
  Fd fd;
  std::uint16_t port;
};

ListeningSocket Listen(bool ipv6) {
  Fd fd(socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0));
  const sockaddr_in6 six = Address6("::1", 0);
  const sockaddr_in four = Address4(0);
  const int bound = ipv6 ? bind(fd.get(), Plain(six), sizeof(six)) : bind(fd.get(), Plain(four), sizeof(four));
  REQUIRE(bound == 0);
  REQUIRE(listen(fd.get(), 8) == 0);
  sockaddr_storage own{};
  socklen_t size = sizeof(own);
  REQUIRE(getsockname(fd.get(), reinterpret_cast<sockaddr*>(&own), &size) == 0);
  const std::uint16_t port = EndpointOf(own).port;
  return {std::move(fd), port};
}

struct Accepted {
  Fd fd;
  TcpConnection connection;
};

Accepted Accept(const ListeningSocket& listener) {
  Fd fd(accept(listener.fd.get(), nullptr, nullptr));
  sockaddr_storage own{};
  sockaddr_storage other{};
  socklen_t own_size = sizeof(own);
  socklen_t other_size = sizeof(other);
  REQUIRE(getsockname(fd.get(), reinterpret_cast<sockaddr*>(&own), &own_size) == 0);
  REQUIRE(getpeername(fd.get(), reinterpret_cast<sockaddr*>(&other), &other_size) == 0);
  return {std::move(fd), {EndpointOf(own), EndpointOf(other)}};
}

Fd Connect4(std::uint16_t port) {
  Fd fd(socket(AF_INET, SOCK_STREAM, 0));
  const sockaddr_in to = Address4(port);
  REQUIRE(connect(fd.get(), Plain(to), sizeof(to)) == 0);
  return fd;
}

Fd Connect6(const std::string& address, std::uint16_t port) {
  Fd fd(socket(AF_INET6, SOCK_STREAM, 0));
  const sockaddr_in6 to = Address6(address, port);
  REQUIRE(connect(fd.get(), Plain(to), sizeof(to)) == 0);
  return fd;
}

void CheckSameUser(const TcpConnection& connection) {
  const PeerVerdict verdict = CheckPeer(connection);
  CHECK(verdict.same_user);
  CHECK(verdict.reason == "");
#if defined(__linux__)
  for (const SocketOwner& owner : {OwnerFromSockDiag(connection), OwnerFromProc(connection)}) {
    CHECK(owner.is_available);
    CHECK(owner.uid == geteuid());
  }
#endif
}

void CheckNotFound(const TcpConnection& connection) {
  const PeerVerdict verdict = CheckPeer(connection);
  CHECK_FALSE(verdict.same_user);
  CHECK_FALSE(verdict.found);
  CHECK(verdict.reason.find("no process") == 0);
#if defined(__linux__)
  for (const SocketOwner& owner : {OwnerFromSockDiag(connection), OwnerFromProc(connection)}) {
    CHECK(owner.is_available);
    CHECK_FALSE(owner.uid.has_value());
  }
#endif
}

TEST_CASE("reports this user as the peer of a connection that this user made, over IPv4 and IPv6") {
  for (const bool ipv6 : IpVersions()) {
    const ListeningSocket listener = Listen(ipv6);
    const Fd client = ipv6 ? Connect6("::1", listener.port) : Connect4(listener.port);
    CheckSameUser(Accept(listener).connection);
  }
}

TEST_CASE("finds a client that uses IPv4 through an IPv6 socket") {
  const int probe = socket(AF_INET6, SOCK_STREAM, 0);
  if (probe < 0) return;  // this kernel has no IPv6 sockets
  close(probe);
  const ListeningSocket listener = Listen(false);
  const Fd client = Connect6("::ffff:127.0.0.1", listener.port);
  CheckSameUser(Accept(listener).connection);
}

TEST_CASE("rejects a connection that does not exist") {
  const ListeningSocket listener = Listen(false);
  const Fd client = Connect4(listener.port);
  Accepted accepted = Accept(listener);
  accepted.connection.remote.port = static_cast<std::uint16_t>(accepted.connection.remote.port ^ 1U);
  CheckNotFound(accepted.connection);
}

TEST_CASE("does not take a listening socket for the other end of a connection") {
  const ListeningSocket listener = Listen(false);
  const auto local = ParseEndpoint("127.0.0.1", 9);
  const auto remote = ParseEndpoint("127.0.0.1", listener.port);
  CheckNotFound({*local, *remote});
}

TEST_CASE("rejects a peer that has closed its socket, because the system has forgotten the owner") {
  const ListeningSocket listener = Listen(false);
  Fd client = Connect4(listener.port);
  const Accepted accepted = Accept(listener);
  client.Close();
  CheckNotFound(accepted.connection);
}

#if defined(__linux__)
TEST_CASE("rejects the connection of another user and names that user") {
  // Only root can become another user; without root this tests one more connection of this user.
  const uid_t other = geteuid() == 0 ? kNobody : geteuid();
  for (const bool ipv6 : IpVersions()) {
    const ListeningSocket listener = Listen(ipv6);
    int hold[2];
    REQUIRE(pipe(hold) == 0);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      close(hold[1]);
      if (setuid(other) != 0) _exit(1);
      const Fd client = ipv6 ? Connect6("::1", listener.port) : Connect4(listener.port);
      char byte = 0;
      const ssize_t end = read(hold[0], &byte, 1);  // until the parent has checked
      _exit(end == 0 ? 0 : 1);
    }
    close(hold[0]);
    const Accepted accepted = Accept(listener);
    const PeerVerdict verdict = CheckPeer(accepted.connection);
    CHECK(verdict.same_user == (other == geteuid()));
    CHECK(verdict.found);
    CHECK((verdict.reason == "" || verdict.reason.find("user 65534") != std::string::npos));
    CHECK(OwnerFromSockDiag(accepted.connection).uid == other);
    CHECK(OwnerFromProc(accepted.connection).uid == other);
    close(hold[1]);
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
  }
}
#endif

TEST_CASE("finds a connection among a thousand others") {
  const ListeningSocket listener = Listen(false);
  std::vector<Fd> others;
  std::vector<Accepted> accepted;
  for (int count = 0; count < 1000; ++count) {
    others.push_back(Connect4(listener.port));
    accepted.push_back(Accept(listener));
  }
  for (const std::size_t index : {0U, 499U, 999U}) CheckSameUser(accepted[index].connection);
}

}  // namespace
}  // namespace offline_state
