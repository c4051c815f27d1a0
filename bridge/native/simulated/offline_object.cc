#include "simulated/offline_object.h"

#include <chrono>
#include <thread>
#include <utility>

#include "mapi/hresult_names.h"
#include "mapi/state_bits.h"
#include "simulated/capability_names.h"

namespace offline_state {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kPatience{2};
constexpr std::chrono::milliseconds kPause{1};

const char* NameOf(State state) noexcept {
  switch (state) {
    case State::kOnline:
      return "online";
    case State::kOffline:
      return "offline";
    case State::kUnknown:
      break;
  }
  return "unknown";
}

Answer Failed(const std::string& step, HRESULT result) {
  return {false, step + " failed: " + DescribeHresult(result) + "."};
}

}  // namespace

OfflineObject::OfflineObject(HrOpenOfflineObjFn open, std::u16string profile)
    : open_(open), profile_(std::move(profile)) {}

ComPtr<IMAPIOfflineMgr> OfflineObject::Open(Answer& failure) const {
  if (open_ == nullptr) {
    failure = {false, "This Outlook has found no MAPI library with HrOpenOfflineObj."};
    return {};
  }
  IMAPIOfflineMgr* opened = nullptr;
  const HRESULT result = open_(0, WideOf(profile_.c_str()), &kGuidGlobalState, nullptr, &opened);
  if (FAILED(result) || opened == nullptr) {
    failure = Failed("HrOpenOfflineObj", FAILED(result) ? result : E_POINTER);
    return {};
  }
  return ComPtr<IMAPIOfflineMgr>::Adopt(opened);
}

Answer OfflineObject::GoTo(ULONG state) const {
  Answer answer;
  const auto manager = Open(answer);
  if (!manager) return answer;
  const State wanted = StateOfBits(state);
  const Clock::time_point until = Clock::now() + kPatience;
  HRESULT asked = E_PENDING;
  ULONG bits = 0;
  do {
    // E_PENDING means that an earlier change is under way: ask again when it is complete.
    if (asked == E_PENDING) {
      asked = manager->SetCurrentState(MAPIOFFLINE_FLAG_DEFAULT, MAPIOFFLINE_STATE_OFFLINE_MASK, state, nullptr);
      if (FAILED(asked) && asked != E_PENDING) return Failed("SetCurrentState", asked);
    }
    const HRESULT read = manager->GetCurrentState(&bits);
    if (FAILED(read)) return Failed("GetCurrentState", read);
    if (asked != E_PENDING && StateOfBits(bits) == wanted) return {true, NameOf(wanted)};
    std::this_thread::sleep_for(kPause);
  } while (Clock::now() < until);
  return {false, std::string("Outlook is not ") + NameOf(wanted) + " within 2 s: its MAPI still says " +
                     NameOf(StateOfBits(bits)) + (asked == E_PENDING ? ", and E_PENDING." : ".")};
}

Answer OfflineObject::Describe() const {
  Answer answer;
  const auto manager = Open(answer);
  if (!manager) return answer;
  ULONG bits = 0;
  HRESULT result = manager->GetCurrentState(&bits);
  if (FAILED(result)) return Failed("GetCurrentState", result);
  ULONG capabilities = 0;
  result = manager->GetCapabilities(&capabilities);
  if (FAILED(result)) return Failed("GetCapabilities", result);
  return {true, std::string(NameOf(StateOfBits(bits))) + ", capabilities " + NameOfCapabilities(capabilities)};
}

}  // namespace offline_state
