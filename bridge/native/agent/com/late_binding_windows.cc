#include "agent/com/late_binding_windows.h"

#include "channel/text_windows.h"

namespace offline_state {
namespace {

class Variant {
 public:
  Variant() noexcept { VariantInit(&value_); }
  ~Variant() { VariantClear(&value_); }
  Variant(const Variant&) = delete;
  Variant& operator=(const Variant&) = delete;
  VARIANT* get() noexcept { return &value_; }
  VARIANT* operator->() noexcept { return &value_; }

 private:
  VARIANT value_;
};

bool Get(IDispatch* object, const wchar_t* name, Variant& value) {
  if (object == nullptr) return false;
  // The interface takes a pointer to what it does not change.
  LPOLESTR names[] = {const_cast<LPOLESTR>(name)};
  const GUID none{};
  DISPID id = 0;
  if (FAILED(object->GetIDsOfNames(none, names, 1, LOCALE_USER_DEFAULT, &id))) return false;
  DISPPARAMS nothing{};
  return SUCCEEDED(
      object->Invoke(id, none, LOCALE_USER_DEFAULT, DISPATCH_PROPERTYGET, &nothing, value.get(), nullptr, nullptr));
}

}  // namespace

ComPtr<IDispatch> ObjectOf(IDispatch* object, const wchar_t* name) {
  Variant value;
  if (!Get(object, name, value) || value->vt != VT_DISPATCH) return {};
  return ComPtr<IDispatch>::Share(value->pdispVal);
}

std::u16string TextOf(IDispatch* object, const wchar_t* name) {
  Variant value;
  if (!Get(object, name, value) || value->vt != VT_BSTR || value->bstrVal == nullptr) return {};
  return std::u16string(Utf16Of(value->bstrVal), SysStringLen(value->bstrVal));
}

std::string VersionOf(IDispatch* application) {
  const std::u16string version = TextOf(application, L"Version");
  return Utf8Text(std::wstring(version.begin(), version.end()));
}

std::u16string ProfileOf(IDispatch* application) {
  const ComPtr<IDispatch> session = ObjectOf(application, L"Session");
  return TextOf(session.get(), L"CurrentProfileName");
}

}  // namespace offline_state
