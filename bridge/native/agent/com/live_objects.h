// Counts what somebody outside may still call: a library must not be unloaded while there is any (DllCanUnloadNow).
// The sinks that MAPI holds are counted by NotifySink.
#pragma once

#include <atomic>

namespace offline_state {

inline std::atomic<long>& LiveObjects() noexcept {
  static std::atomic<long> count{0};
  return count;
}

// A member of every object that is handed out by reference.
class LiveObject {
 public:
  LiveObject() noexcept { ++LiveObjects(); }
  ~LiveObject() { --LiveObjects(); }
  LiveObject(const LiveObject&) = delete;
  LiveObject& operator=(const LiveObject&) = delete;
};

}  // namespace offline_state
