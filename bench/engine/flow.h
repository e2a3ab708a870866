// The coroutine that carries requests through their steps: a plain one, whose frame is made once
// per slot and whose awaits allocate nothing.
// Level: engine. Owned by its slot; resumed on its worker's thread.
#pragma once

#include <coroutine>
#include <exception>
#include <utility>

namespace tare {

class Flow {
 public:
  struct promise_type {
    Flow get_return_object() { return Flow(Handle::from_promise(*this)); }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    // Outcomes are data on the measured path: an exception here is a mistake of ours.
    void unhandled_exception() { std::terminate(); }
  };
  using Handle = std::coroutine_handle<promise_type>;

  Flow() = default;
  explicit Flow(Handle handle) : handle_(handle) {}
  Flow(Flow&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Flow& operator=(Flow&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Flow() {
    if (handle_) handle_.destroy();
  }

 private:
  Handle handle_;
};

}  // namespace tare
