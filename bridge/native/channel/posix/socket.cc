#include "channel/posix/socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace offline_state {
namespace {

// A socket's name, and the directory descriptor that it uses if the path is too long.
struct SocketName {
  sockaddr_un address{};
  UniqueFd folder;

  const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&address); }
};

// False, and errno, if there is no name for `path`.
bool NameOf(const std::string& path, SocketName& name) {
  std::string text = path;
#ifdef __linux__
  if (text.size() >= sizeof name.address.sun_path) {
    const std::filesystem::path whole(path);
    name.folder.reset(open(whole.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!name.folder) return false;
    text = "/proc/self/fd/" + std::to_string(name.folder.get()) + "/" + whole.filename().string();
  }
#endif
  if (text.size() >= sizeof name.address.sun_path) {
    errno = ENAMETOOLONG;
    return false;
  }
  name.address.sun_family = AF_UNIX;
  std::memcpy(name.address.sun_path, text.c_str(), text.size() + 1);
  return true;
}

bool Prepare(int fd) noexcept {
#ifdef SO_NOSIGPIPE
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
  return fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && fcntl(fd, F_SETFL, O_NONBLOCK) == 0;
}

UniqueFd NewSocket() noexcept {
  UniqueFd fd(socket(AF_UNIX, SOCK_STREAM, 0));
  if (fd && !Prepare(fd.get())) fd.reset();
  return fd;
}

[[noreturn]] void Fail(const char* what, const std::string& path) {
  throw std::runtime_error(SystemFailure(what, path));
}

}  // namespace

std::string SystemFailure(const char* what, const std::string& path) {
  const std::error_code why(errno, std::generic_category());
  return std::string(what) + " " + path + ": " + why.message();
}

UniqueFd ListenAt(const std::string& path, int backlog) {
  // Created under another name and renamed, so that clients that see the file can connect.
  const std::string temporary = path + ".new";
  SocketName name;
  if (!NameOf(temporary, name)) Fail("Cannot name a socket", path);
  unlink(temporary.c_str());
  UniqueFd fd = NewSocket();
  if (!fd || bind(fd.get(), name.get(), sizeof name.address) != 0) Fail("Cannot create the socket", path);
  if (listen(fd.get(), backlog) != 0 || std::rename(temporary.c_str(), path.c_str()) != 0) {
    const int why = errno;
    unlink(temporary.c_str());
    errno = why;
    Fail("Cannot listen at", path);
  }
  return fd;
}

UniqueFd AcceptFrom(int listener) {
  UniqueFd fd(accept(listener, nullptr, nullptr));
  if (fd && !Prepare(fd.get())) fd.reset();
  return fd;
}

UniqueFd ConnectTo(const std::string& path) {
  SocketName name;
  if (!NameOf(path, name)) return {};
  UniqueFd fd = NewSocket();
  if (fd && connect(fd.get(), name.get(), sizeof name.address) != 0) {
    const int why = errno;
    fd.reset();
    errno = why;
  }
  return fd;
}

void MakePrivateDirectory(const std::string& path) {
  std::error_code failed;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), failed);
  if (failed) throw std::runtime_error("Cannot create the parent directory of " + path + ": " + failed.message());
  if (mkdir(path.c_str(), S_IRWXU) != 0 && errno != EEXIST) Fail("Cannot create the directory", path);
  // Checked through a descriptor: a path could be replaced between two checks.
  const UniqueFd folder(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status {};
  if (!folder || fstat(folder.get(), &status) != 0) Fail("Cannot use the directory", path);
  if (status.st_uid != geteuid()) throw std::runtime_error("The directory " + path + " belongs to another user.");
  if ((status.st_mode & 07777) != S_IRWXU && fchmod(folder.get(), S_IRWXU) != 0) Fail("Cannot make private", path);
}

}  // namespace offline_state
