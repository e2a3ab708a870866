// The way of a record from its worker to the thread that counts: a bounded queue without locks, so
// that neither disturbs the other.
// Level: engine. One worker adds, one other thread takes.
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "bench/engine/request.h"

namespace tare {

class Recorder final : public RecordSink {
 public:
  static constexpr size_t kRoom = 16'384;  // records

  Recorder();
  ~Recorder() override;

  // When the queue is full the worker waits for room: late requests show in the lag; none is lost.
  void add(const RequestRecord& record) override;

  // Hands over everything that is there.
  void take(const std::function<void(const RequestRecord&)>& receiver);

 private:
  struct Queue;
  std::unique_ptr<Queue> queue_;
};

}  // namespace tare
