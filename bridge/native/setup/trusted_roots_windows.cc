#include "setup/trusted_roots_windows.h"

#include "core/windows/handle.h"
// Needs windows.h first.
#include <wincrypt.h>

namespace offline_state {
namespace {

constexpr DWORD kEncoding = X509_ASN_ENCODING | PKCS_7_ASN_ENCODING;

class RootStore {
 public:
  explicit RootStore(DWORD access)
      : store_(CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, 0, access | CERT_SYSTEM_STORE_CURRENT_USER, L"Root")) {
    if (store_ == nullptr) throw LastError("CertOpenStore");
  }
  ~RootStore() { CertCloseStore(store_, 0); }
  RootStore(const RootStore&) = delete;
  RootStore& operator=(const RootStore&) = delete;

  HCERTSTORE get() const noexcept { return store_; }

  // Windows writes changes at once; Wine keeps a deletion in memory until it is committed.
  void Commit() const {
    if (CertControlStore(store_, CERT_STORE_CTRL_COMMIT_FORCE_FLAG, CERT_STORE_CTRL_COMMIT, nullptr) == 0)
      throw LastError("CertControlStore");
  }

  // Null if it is not there. The caller frees the context.
  PCCERT_CONTEXT Find(Thumbprint thumbprint) const noexcept {
    CRYPT_HASH_BLOB hash{};
    hash.cbData = static_cast<DWORD>(thumbprint.size());
    hash.pbData = thumbprint.data();
    return CertFindCertificateInStore(store_, kEncoding, 0, CERT_FIND_SHA1_HASH, &hash, nullptr);
  }

 private:
  HCERTSTORE store_;
};

}  // namespace

void AddTrustedRoot(const std::vector<std::uint8_t>& der) {
  const RootStore store(0);
  if (CertAddEncodedCertificateToStore(store.get(), kEncoding, der.data(), static_cast<DWORD>(der.size()),
                                       CERT_STORE_ADD_USE_EXISTING, nullptr) == 0)
    throw LastError("CertAddEncodedCertificateToStore");
  store.Commit();
}

bool RemoveTrustedRoot(const Thumbprint& thumbprint) {
  const RootStore store(0);
  PCCERT_CONTEXT found = store.Find(thumbprint);
  if (found == nullptr) return false;
  // Frees `found`, even if it fails.
  if (CertDeleteCertificateFromStore(found) == 0) throw LastError("CertDeleteCertificateFromStore");
  store.Commit();
  return true;
}

bool IsTrustedRoot(const Thumbprint& thumbprint) {
  const RootStore store(CERT_STORE_READONLY_FLAG);
  PCCERT_CONTEXT found = store.Find(thumbprint);
  if (found == nullptr) return false;
  CertFreeCertificateContext(found);
  return true;
}

}  // namespace offline_state
