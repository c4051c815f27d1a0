// What installing needs of Windows, for JavaScript: certificate trust, and the copies of Outlook that run.
// Platform code: setup_windows.cc and setup_posix.cc; elsewhere there is nothing to install into.
#pragma once

#include <napi.h>

namespace offline_state {

// Adds to the module's exports, on Windows:
//   addTrustedRoot(der: Buffer): void, removeTrustedRoot(sha1: Buffer): boolean, isTrustedRoot(sha1: Buffer): boolean
//   runningOutlooks(): { id: number, image: string, bits: number, elevated: boolean | null }[]
//   processImage(id: number): string
//   fileVersion(path: string): string
// They wait for Windows, and throw an Error with `code`, the number of the Windows error.
// Elsewhere:
//   isReaderGone(descriptor: number): boolean   asks poll(), because Node notices a closed pipe only when it writes
void AddSetup(Napi::Env env, Napi::Object exports);

}  // namespace offline_state
