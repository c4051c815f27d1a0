// Counts the handles of a process, to find leaks. For tests only, because it reads the table of the whole system.
// Windows only.
#pragma once

#include <vector>

#include "core/windows/handle.h"
// <winternl.h> needs what <windows.h> has declared.
#include <winternl.h>

namespace offline_state {

// Not GetProcessHandleCount: on Wine it returns 0.
inline std::size_t CountHandles(DWORD process) {
  struct Entry {
    USHORT process;
    USHORT creator;
    UCHAR type;
    UCHAR flags;
    USHORT handle;
    PVOID object;
    ULONG access;
  };
  struct Table {
    ULONG count;
    Entry entries[1];
  };
  using QueryFn = NTSTATUS(NTAPI*)(int what, PVOID table, ULONG size, ULONG* needed);
  constexpr int kSystemHandles = 16;
  constexpr auto kTooSmall = static_cast<NTSTATUS>(0xC0000004U);

  const FARPROC found = GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "NtQuerySystemInformation");
  const auto query = reinterpret_cast<QueryFn>(reinterpret_cast<void*>(found));
  std::vector<void*> buffer(1U << 16U);
  const auto ask = [&] {
    return query(kSystemHandles, buffer.data(), static_cast<ULONG>(buffer.size() * sizeof(void*)), nullptr);
  };
  NTSTATUS status = ask();
  while (status == kTooSmall) {
    buffer.resize(buffer.size() * 2);
    status = ask();
  }
  if (status != 0) throw std::system_error(static_cast<int>(status), std::system_category(), "SystemHandleInformation");
  const auto* const table = reinterpret_cast<const Table*>(buffer.data());
  std::size_t count = 0;
  for (ULONG i = 0; i < table->count; ++i) {
    if (table->entries[i].process == static_cast<USHORT>(process)) ++count;
  }
  return count;
}

}  // namespace offline_state
