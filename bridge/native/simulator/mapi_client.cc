#include "simulator/mapi_client.h"

#include <chrono>
#include <thread>
#include <utility>

#include "core/hresult_names.h"
#include "simulator/command_words.h"

namespace offline_state {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kTimeout{2};
constexpr std::chrono::milliseconds kPollInterval{1};

constexpr ULONG kCapabilityMask = MAPIOFFLINE_CAPABILITY_ONLINE | MAPIOFFLINE_CAPABILITY_OFFLINE;

std::string StateName(ULONG bits) { return NameOf(kStateWords, bits & MAPIOFFLINE_STATE_OFFLINE_MASK); }

CommandResult Failed(const std::string& step, HRESULT result) {
  return {false, step + " failed: " + DescribeHresult(result) + "."};
}

}  // namespace

MapiClient::MapiClient(HrOpenOfflineObjFn open, std::u16string profile) : open_(open), profile_(std::move(profile)) {}

ComPtr<IMAPIOfflineMgr> MapiClient::Open(CommandResult& result) const {
  if (open_ == nullptr) {
    result = {false, "No MAPI library with HrOpenOfflineObj is loaded."};
    return {};
  }
  IMAPIOfflineMgr* opened = nullptr;
  const HRESULT hresult = open_(0, WideOf(profile_.c_str()), &kGuidGlobalState, nullptr, &opened);
  if (FAILED(hresult) || opened == nullptr) {
    result = Failed("HrOpenOfflineObj", FAILED(hresult) ? hresult : E_POINTER);
    return {};
  }
  return ComPtr<IMAPIOfflineMgr>::Adopt(opened);
}

CommandResult MapiClient::SetState(ULONG state) const {
  CommandResult result;
  const auto manager = Open(result);
  if (!manager) return result;
  const steady_clock::time_point deadline = steady_clock::now() + kTimeout;
  HRESULT set = E_PENDING;
  ULONG bits = 0;
  do {
    // E_PENDING: an earlier change is in progress. Try again until it is complete.
    if (set == E_PENDING) {
      set = manager->SetCurrentState(MAPIOFFLINE_FLAG_DEFAULT, MAPIOFFLINE_STATE_OFFLINE_MASK, state, nullptr);
      if (FAILED(set) && set != E_PENDING) return Failed("SetCurrentState", set);
    }
    const HRESULT read = manager->GetCurrentState(&bits);
    if (FAILED(read)) return Failed("GetCurrentState", read);
    if (set != E_PENDING && (bits & MAPIOFFLINE_STATE_OFFLINE_MASK) == state) return {true, StateName(state)};
    std::this_thread::sleep_for(kPollInterval);
  } while (steady_clock::now() < deadline);
  return {false, "Outlook did not go " + StateName(state) + " within 2 s: MAPI still reports " + StateName(bits) +
                     (set == E_PENDING ? ", and SetCurrentState returns E_PENDING." : ".")};
}

CommandResult MapiClient::Describe() const {
  CommandResult result;
  const auto manager = Open(result);
  if (!manager) return result;
  ULONG bits = 0;
  HRESULT hresult = manager->GetCurrentState(&bits);
  if (FAILED(hresult)) return Failed("GetCurrentState", hresult);
  ULONG capabilities = 0;
  hresult = manager->GetCapabilities(&capabilities);
  if (FAILED(hresult)) return Failed("GetCapabilities", hresult);
  return {true, StateName(bits) + ", capabilities " + NameOf(kCapabilityWords, capabilities & kCapabilityMask)};
}

}  // namespace offline_state
