#include "thread_costs.h"

namespace offline_state::bench {

ThreadCosts ThreadCosts::OfThisThread() { return {}; }

}  // namespace offline_state::bench
