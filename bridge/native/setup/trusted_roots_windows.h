// The trusted root certificates of the current user: the system store "Root". Windows only.
// https://learn.microsoft.com/windows/win32/seccrypto/system-store-locations
#pragma once

#include <cstdint>
#include <vector>

namespace offline_state {

// SHA-1 of a certificate, the key of Windows certificate stores. An identifier only; nothing relies on its strength.
using Thumbprint = std::vector<std::uint8_t>;

// Adds the X.509 certificate `der` to the trusted roots. Windows asks the user to confirm, and the call blocks until
// then. Does nothing if the certificate is there already. Throws std::system_error: ERROR_CANCELLED if the user
// declined.
void AddTrustedRoot(const std::vector<std::uint8_t>& der);

// Removes exactly this certificate; false if it is not there. Windows asks the user to confirm, as above.
bool RemoveTrustedRoot(const Thumbprint& thumbprint);

// Whether this user trusts it, including the roots that the machine or a policy adds to the user's store.
bool IsTrustedRoot(const Thumbprint& thumbprint);

}  // namespace offline_state
