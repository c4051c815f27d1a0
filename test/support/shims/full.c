/* A disk that is full for the files whose path contains $SHIM_FULL: none can be created or written. For LD_PRELOAD. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static int is_full(const char* path, int flags) {
  const char* part = getenv("SHIM_FULL");
  return part != NULL && (flags & (O_WRONLY | O_RDWR)) != 0 && strstr(path, part) != NULL;
}

#define DEFINE_OPEN(name)                                                              \
  int name(const char* path, int flags, ...) {                                         \
    int (*real)(const char*, int, ...) = (int (*)(const char*, int, ...))dlsym(RTLD_NEXT, #name); \
    va_list rest;                                                                      \
    va_start(rest, flags);                                                             \
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;     \
    va_end(rest);                                                                      \
    if (is_full(path, flags)) {                                                        \
      errno = ENOSPC;                                                                  \
      return -1;                                                                       \
    }                                                                                  \
    return real(path, flags, mode);                                                    \
  }

DEFINE_OPEN(open)
DEFINE_OPEN(open64)
