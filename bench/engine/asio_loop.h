// The real loop: Asio's io_context with steady timers, one per worker thread.
// Level: engine. One thread runs it; stop_soon() may be called from any.
#pragma once

#include <functional>
#include <memory>

#include "bench/engine/handler_memory.h"
#include "bench/engine/loop.h"

namespace asio {
class io_context;
}

namespace tare {

class AsioLoop final : public Loop {
 public:
  AsioLoop();
  ~AsioLoop() override;

  Nanoseconds now() const override;
  void arm(Alarm& alarm, Nanoseconds when) override;
  void disarm(Alarm& alarm) override;

  // Handles events until `finished` says so; asked after every event, so it must be cheap. Waiting
  // blocks in the kernel.
  void run_until(const std::function<bool()>& finished);

  // Makes the loop call `handler` soon on its own thread. Thread safe.
  void post(std::function<void()> handler);

  asio::io_context& context();

  // Memory for one connection's waiting handler; lives as long as the loop.
  HandlerMemory& make_handler_memory();

 private:
  struct Timers;
  std::unique_ptr<Timers> timers_;
};

}  // namespace tare
