// Memory for the one waiting handler a connection has at a time, so that waiting for a socket
// allocates nothing.
// Level: engine. Used by its worker's thread only. Owned by the loop, since Asio gives a handler's
// memory back when the io_context ends, after the connection has gone.
#pragma once

#include <cstddef>
#include <new>
#include <utility>

namespace tare {

class HandlerMemory {
 public:
  HandlerMemory() = default;
  HandlerMemory(const HandlerMemory&) = delete;
  HandlerMemory& operator=(const HandlerMemory&) = delete;

  void* allocate(size_t size) {
    if (used_ || size > sizeof storage_) return ::operator new(size);
    used_ = true;
    return storage_;
  }

  void deallocate(void* memory) {
    if (memory == storage_) {
      used_ = false;
    } else {
      ::operator delete(memory);
    }
  }

 private:
  alignas(std::max_align_t) std::byte storage_[512];
  bool used_ = false;
};

// The allocator Asio finds through a handler's get_allocator().
template <class T>
struct HandlerAllocator {
  using value_type = T;

  explicit HandlerAllocator(HandlerMemory& from) : memory(&from) {}
  template <class U>
  HandlerAllocator(const HandlerAllocator<U>& other) : memory(other.memory) {}  // NOLINT: rebinding

  T* allocate(size_t count) { return static_cast<T*>(memory->allocate(count * sizeof(T))); }
  void deallocate(T* at, size_t) { memory->deallocate(at); }

  template <class U>
  bool operator==(const HandlerAllocator<U>& other) const {
    return memory == other.memory;
  }

  HandlerMemory* memory;
};

template <class Handler>
class WithMemory {
 public:
  using allocator_type = HandlerAllocator<Handler>;

  WithMemory(HandlerMemory& memory, Handler handler)
      : memory_(&memory), handler_(std::move(handler)) {}

  allocator_type get_allocator() const { return allocator_type(*memory_); }

  template <class... Arguments>
  void operator()(Arguments&&... arguments) {
    handler_(std::forward<Arguments>(arguments)...);
  }

 private:
  HandlerMemory* memory_;
  Handler handler_;
};

}  // namespace tare
