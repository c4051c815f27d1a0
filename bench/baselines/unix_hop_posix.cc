// Baseline: a Unix socket between two processes: unix-hop <count> <interval us>. The sender writes as many bytes as a
// status frame has; the receiver waits like a channel client. Prints one line per message: nanoseconds from before the
// write until the bytes are read.
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "clock.h"

namespace {

using offline_state::bench::Clock;
using offline_state::bench::NowNs;

constexpr std::size_t kFrameBytes = 48;
using Message = std::array<unsigned char, kFrameBytes>;

void Receive(int socket, int count) {
  Message message{};
  for (int index = 0; index < count; ++index) {
    pollfd wait{socket, POLLIN, 0};
    if (poll(&wait, 1, -1) != 1 || recv(socket, message.data(), message.size(), 0) <= 0) return;
    const std::int64_t now = NowNs();
    std::int64_t sent = 0;
    std::memcpy(&sent, message.data(), sizeof sent);
    std::printf("%lld\n", static_cast<long long>(now - sent));
  }
  std::fflush(stdout);
}

void Send(int socket, int count, std::chrono::microseconds interval) {
  Message message{};
  auto next = Clock::now();
  for (int index = 0; index < count; ++index) {
    next += interval;
    std::this_thread::sleep_until(next);
    const std::int64_t now = NowNs();
    std::memcpy(message.data(), &now, sizeof now);
    if (send(socket, message.data(), message.size(), 0) < 0) return;
  }
}

}  // namespace

int main(int argc, char** argv) {
  int ends[2];
  if (argc != 3 || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return EXIT_FAILURE;
  const int count = std::atoi(argv[1]);
  const pid_t receiver = fork();
  if (receiver < 0) return EXIT_FAILURE;
  if (receiver == 0) {
    close(ends[0]);
    Receive(ends[1], count);
    std::_Exit(EXIT_SUCCESS);
  }
  close(ends[1]);
  Send(ends[0], count, std::chrono::microseconds(std::atoi(argv[2])));
  return waitpid(receiver, nullptr, 0) == receiver ? EXIT_SUCCESS : EXIT_FAILURE;
}
