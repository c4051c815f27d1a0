#include "simulated/noise.h"

#include <cstring>

namespace offline_state {
namespace {

constexpr ULONG kWhole = sizeof(MAPIOFFLINE_NOTIFY);

MAPIOFFLINE_NOTIFY Notification(ULONG type, ULONG mask, ULONG from, ULONG to) {
  MAPIOFFLINE_NOTIFY info{};
  info.ulSize = kWhole;
  info.NotifyType = static_cast<MAPIOFFLINE_NOTIFY_TYPE>(type);
  info.Info.StateChange.ulMask = mask;
  info.Info.StateChange.ulStateOld = from;
  info.Info.StateChange.ulStateNew = to;
  return info;
}

}  // namespace

Noise::Noise(const MAPIOFFLINE_NOTIFY& whole, ULONG size) : words_(size / sizeof(ULONG)) {
  std::memcpy(words_.data(), &whole, words_.size() * sizeof(ULONG));
  words_.front() = size;
}

const MAPIOFFLINE_NOTIFY* Noise::info() const noexcept {
  return words_.empty() ? nullptr : reinterpret_cast<const MAPIOFFLINE_NOTIFY*>(words_.data());
}

std::vector<Noise> MakeNoise(ULONG state) {
  const ULONG opposite = ~state & MAPIOFFLINE_STATE_OFFLINE_MASK;
  std::vector<Noise> all;
  all.emplace_back();
  for (const ULONG size : {4U, 8U, 12U, 16U, 20U}) {
    all.emplace_back(Notification(MAPIOFFLINE_NOTIFY_TYPE_STATECHANGE, MAPIOFFLINE_STATE_OFFLINE_MASK, state, opposite),
                     size);
  }
  for (const ULONG type : {0U, 4U, 5U, 100U, 0xFFFFFFFFU}) {
    all.emplace_back(Notification(type, MAPIOFFLINE_STATE_OFFLINE_MASK, state, opposite), kWhole);
  }
  for (const ULONG mask : {0x0U, 0x1U, 0x2U, 0x7U, 0x70U, 0x300U, 0x3F0000U, 0x003F037FU, 0xFFFFFFFFU}) {
    for (const ULONG type : {1U, 2U, 3U}) all.emplace_back(Notification(type, mask, state, opposite), kWhole);
  }
  return all;
}

}  // namespace offline_state
