#if defined(__linux__)
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "peer/end.h"
#include "peer/owner_linux_posix.h"

namespace offline_state {
namespace {

// A line of the table: `sl local remote st tx:rx tr:when retrnsmt uid timeout inode ...`; 01 is ESTABLISHED.
constexpr int kFieldsBeforeUid = 3;     // tx:rx, tr:when and retrnsmt stand between the state and the uid
constexpr std::size_t kChunk = 32768;   // a page would cost the kernel a search from the start for each
constexpr std::size_t kNeedleMax = 96;  // two addresses of 32 digits, two ports of 4, separators, state

// The kernel prints an address as 32-bit words of the machine's own order.
std::size_t PrintEnd(char* out, std::size_t room, const End& end, bool as_ipv6) noexcept {
  std::array<std::uint8_t, 16> bytes = end.address;
  if (as_ipv6 && !end.ipv6) {
    std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), bytes.begin());
    std::copy(end.address.begin(), end.address.begin() + 4, bytes.begin() + kMappedPrefix.size());
  }
  std::size_t length = 0;
  for (std::size_t word = 0; word < (as_ipv6 ? 4U : 1U); ++word) {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.data() + 4 * word, sizeof(value));
    length += static_cast<std::size_t>(std::snprintf(out + length, room - length, "%08X", value));
  }
  return length + static_cast<std::size_t>(std::snprintf(out + length, room - length, ":%04X ", end.port));
}

std::string_view NextField(std::string_view& line) noexcept {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const std::string_view field = line.substr(0, line.find(' '));
  line.remove_prefix(field.size());
  return field;
}

std::optional<std::uint32_t> Number(std::string_view field) noexcept {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (error != std::errc() || end != field.data() + field.size()) return std::nullopt;
  return value;
}

// `rest` begins behind the state. A connection without an inode is held by no process, and its user is printed as 0.
std::optional<std::uint32_t> UidOf(std::string_view rest) noexcept {
  for (int skipped = 0; skipped < kFieldsBeforeUid; ++skipped) NextField(rest);
  const std::optional<std::uint32_t> uid = Number(NextField(rest));
  NextField(rest);  // timeout
  const std::string_view inode = NextField(rest);
  return inode.empty() || inode == "0" ? std::nullopt : uid;
}

Found Search(const char* table, std::string_view needle) noexcept {
  Found found;
  const int file = open(table, O_RDONLY | O_CLOEXEC);
  if (file < 0) return found;
  char buffer[kChunk];
  std::size_t kept = 0;  // bytes of a line that has not ended yet
  for (;;) {
    const ssize_t size = read(file, buffer + kept, sizeof(buffer) - kept);
    if (size < 0 && errno == EINTR) continue;
    found.asked = size >= 0;
    if (size <= 0) break;
    const std::string_view text(buffer, kept + static_cast<std::size_t>(size));
    const std::size_t whole = text.rfind('\n') + 1;  // npos + 1 is 0
    const std::size_t at = text.substr(0, whole).find(needle);
    if (at != std::string_view::npos) {
      const std::string_view rest = text.substr(at + needle.size());
      found.uid = UidOf(rest.substr(0, rest.find('\n')));
      break;
    }
    kept = text.size() - whole;
    if (kept == sizeof(buffer)) break;  // no line is this long: it is not the table that we know
    std::memmove(buffer, buffer + whole, kept);
  }
  close(file);
  return found;
}

Found SearchAs(const char* table, const Connection& connection, bool as_ipv6) noexcept {
  char needle[kNeedleMax];
  std::size_t length = PrintEnd(needle, sizeof(needle), connection.remote, as_ipv6);
  length += PrintEnd(needle + length, sizeof(needle) - length, connection.local, as_ipv6);
  length += static_cast<std::size_t>(std::snprintf(needle + length, sizeof(needle) - length, "01 "));
  return Search(table, {needle, length});
}

}  // namespace

Found OwnerByProc(const Connection& connection) noexcept {
  // A client may reach an IPv4 address through an IPv6 socket, which the kernel lists in the other table.
  Found found;
  if (!connection.remote.ipv6) found = SearchAs("/proc/self/net/tcp", connection, false);
  if (found.uid) return found;
  const Found second = SearchAs("/proc/self/net/tcp6", connection, true);
  return {found.asked || second.asked, second.uid};
}

}  // namespace offline_state
#endif
