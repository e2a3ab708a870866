#include "bench/engine/asio_loop.h"

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <deque>

namespace tare {

struct AsioLoop::Timers {
  std::deque<HandlerMemory> memories;  // outlives the handlers in the context
  asio::io_context context{1};
  // Keeps run_one() waiting while there is nothing but idle connections.
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  std::deque<asio::steady_timer> timers;  // by Alarm place; at most a few per connection
};

AsioLoop::AsioLoop() : timers_(std::make_unique<Timers>()) {}

AsioLoop::~AsioLoop() = default;

Nanoseconds AsioLoop::now() const {
  return std::chrono::duration_cast<Nanoseconds>(
      std::chrono::steady_clock::now().time_since_epoch());
}

void AsioLoop::arm(Alarm& alarm, Nanoseconds when) {
  if (place_of(alarm) == kUnknown) {
    set_place(alarm, timers_->timers.size());
    timers_->timers.emplace_back(timers_->context);
  }
  asio::steady_timer& timer = timers_->timers[place_of(alarm)];
  timer.expires_at(std::chrono::steady_clock::time_point(when));
  timer.async_wait([&alarm](const asio::error_code& error) {
    if (!error) alarm.ring();
  });
}

void AsioLoop::disarm(Alarm& alarm) {
  if (place_of(alarm) != kUnknown) timers_->timers[place_of(alarm)].cancel();
}

void AsioLoop::run_until(const std::function<bool()>& finished) {
  while (!finished()) timers_->context.run_one();
}

void AsioLoop::post(std::function<void()> handler) {
  asio::post(timers_->context, std::move(handler));
}

HandlerMemory& AsioLoop::make_handler_memory() {
  return timers_->memories.emplace_back();
}

asio::io_context& AsioLoop::context() {
  return timers_->context;
}

}  // namespace tare
