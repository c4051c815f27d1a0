// Include agent/mutex.h instead.
#pragma once

#include <mutex>

namespace offline_state {

using Mutex = std::mutex;

}  // namespace offline_state
