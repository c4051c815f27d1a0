#include "agent/windows/object_model.h"

#include "agent/windows/com_object.h"
#include "core/windows/wide_text.h"

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

constexpr long kFolderOutbox = 4;  // olFolderOutbox

// `arguments` in reverse order; none for a property.
bool Get(IDispatch* object, const wchar_t* name, Variant& value, DISPPARAMS arguments = {}) {
  if (object == nullptr) return false;
  // The API takes a pointer to non-const, but does not change the name.
  LPOLESTR names[] = {const_cast<LPOLESTR>(name)};
  const GUID reserved{};
  DISPID id = 0;
  if (FAILED(object->GetIDsOfNames(reserved, names, 1, LOCALE_USER_DEFAULT, &id))) return false;
  const WORD kind = arguments.cArgs == 0 ? DISPATCH_PROPERTYGET : DISPATCH_METHOD;
  return SUCCEEDED(object->Invoke(id, reserved, LOCALE_USER_DEFAULT, kind, &arguments, value.get(), nullptr, nullptr));
}

class LateBoundObjectModel final : public ObjectModel {
 public:
  explicit LateBoundObjectModel(IDispatch* application) noexcept
      : application_(ComPtr<IDispatch>::Share(application)) {}

  std::optional<std::uint32_t> ExchangeConnectionMode() noexcept override { return Guarded(&ExchangeConnectionModeOf); }
  std::optional<std::uint32_t> OutboxItems() noexcept override { return Guarded(&OutboxItemsOf); }

 private:
  std::optional<std::uint32_t> Guarded(std::optional<std::uint32_t> (*read)(IDispatch*)) noexcept {
    std::optional<std::uint32_t> value;
    GuardExceptions([&] {
      value = read(application_.get());
      return S_OK;
    });
    return value;
  }

  const ComPtr<IDispatch> application_;
};

}  // namespace

ComPtr<IDispatch> ObjectOf(IDispatch* object, const wchar_t* name) {
  Variant value;
  if (!Get(object, name, value) || value->vt != VT_DISPATCH) return {};
  return ComPtr<IDispatch>::Share(value->pdispVal);
}

ComPtr<IDispatch> ObjectOf(IDispatch* object, const wchar_t* name, long argument) {
  VARIANT number{};
  number.vt = VT_I4;
  number.lVal = argument;
  Variant value;
  if (!Get(object, name, value, {&number, nullptr, 1, 0}) || value->vt != VT_DISPATCH) return {};
  return ComPtr<IDispatch>::Share(value->pdispVal);
}

std::optional<std::uint32_t> NumberOf(IDispatch* object, const wchar_t* name) {
  Variant value;
  if (!Get(object, name, value)) return std::nullopt;
  if (value->vt != VT_I4 && value->vt != VT_I2) return std::nullopt;
  const long number = value->vt == VT_I4 ? value->lVal : value->iVal;
  if (number < 0) return std::nullopt;
  return static_cast<std::uint32_t>(number);
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

std::optional<std::uint32_t> ExchangeConnectionModeOf(IDispatch* application) {
  const ComPtr<IDispatch> session = ObjectOf(application, L"Session");
  return NumberOf(session.get(), L"ExchangeConnectionMode");
}

std::optional<std::uint32_t> OutboxItemsOf(IDispatch* application) {
  const ComPtr<IDispatch> session = ObjectOf(application, L"Session");
  const ComPtr<IDispatch> outbox = ObjectOf(session.get(), L"GetDefaultFolder", kFolderOutbox);
  const ComPtr<IDispatch> items = ObjectOf(outbox.get(), L"Items");
  return NumberOf(items.get(), L"Count");
}

std::shared_ptr<ObjectModel> OutlookObjectModel(IDispatch* application) {
  return std::make_shared<LateBoundObjectModel>(application);
}

}  // namespace offline_state
