// Owns one reference on a COM object.
#pragma once

#include <utility>

namespace offline_state {

template <typename Interface>
class ComPtr {
 public:
  ComPtr() noexcept = default;
  // Takes ownership of the caller's reference; null is allowed.
  static ComPtr Adopt(Interface* object) noexcept { return ComPtr(object); }
  // Adds a reference.
  static ComPtr Share(Interface* object) noexcept {
    if (object != nullptr) object->AddRef();
    return ComPtr(object);
  }

  ComPtr(const ComPtr& other) noexcept : ComPtr(Share(other.object_)) {}
  ComPtr(ComPtr&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  ComPtr& operator=(ComPtr other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~ComPtr() {
    if (object_ != nullptr) object_->Release();
  }

  Interface* get() const noexcept { return object_; }
  Interface& operator*() const noexcept { return *object_; }
  Interface* operator->() const noexcept { return object_; }
  explicit operator bool() const noexcept { return object_ != nullptr; }

 private:
  explicit ComPtr(Interface* object) noexcept : object_(object) {}

  Interface* object_ = nullptr;
};

}  // namespace offline_state
