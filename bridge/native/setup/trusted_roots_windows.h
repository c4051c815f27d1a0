// The certificate authorities that this user trusts: the system store "Root" of the current user. Windows only.
// https://learn.microsoft.com/windows/win32/seccrypto/system-store-locations
#pragma once

#include <cstdint>
#include <vector>

namespace offline_state {

// SHA-1 of a certificate: how Windows names it in its stores. No security rests on it here.
using Thumbprint = std::vector<std::uint8_t>;

// Makes Windows trust the authority `der` (X.509). Windows asks the person first, and this waits for the answer. Adding
// what is there does nothing. Throws std::system_error; ERROR_CANCELLED when the person said no.
void AddTrustedRoot(const std::vector<std::uint8_t>& der);

// Takes exactly this certificate away; false when it is not there. Windows asks the person first, as above.
bool RemoveTrustedRoot(const Thumbprint& thumbprint);

// Whether this user trusts it: by a choice of their own, or because the machine or a policy does.
bool IsTrustedRoot(const Thumbprint& thumbprint);

}  // namespace offline_state
