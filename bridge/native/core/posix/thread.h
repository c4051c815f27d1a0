// A thread that handles no signals. POSIX only.
#pragma once

#include <pthread.h>
#include <signal.h>

#include <thread>
#include <utility>

namespace offline_state {

// Starts a thread with all signals blocked, so that the host's handlers run on its own threads. Throws
// std::system_error if no thread can be created.
template <class Body>
std::thread StartQuietThread(Body body) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  struct Restore {
    const sigset_t& mask;
    ~Restore() { pthread_sigmask(SIG_SETMASK, &mask, nullptr); }
  } restore{before};
  return std::thread(std::move(body));
}

}  // namespace offline_state
