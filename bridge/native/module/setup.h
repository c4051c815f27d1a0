// What installing needs of Windows, for JavaScript: certificate trust, and the copies of Outlook that run.
// Platform code: setup_windows.cc; elsewhere there is nothing to install into, and setup_posix.cc adds nothing.
#pragma once

#include <napi.h>

namespace offline_state {

// Adds to the module's exports, on Windows:
//   addTrustedRoot(der: Buffer): void, removeTrustedRoot(sha1: Buffer): boolean, isTrustedRoot(sha1: Buffer): boolean
//   runningOutlooks(): { id: number, image: string, bits: number, elevated: boolean | null }[]
//   processImage(id: number): string
//   fileVersion(path: string): string
// They wait for Windows, and throw an Error with `code`, the number of the Windows error.
void AddSetup(Napi::Env env, Napi::Object exports);

}  // namespace offline_state
