#include "bench/engine/recorder.h"

#include <boost/lockfree/spsc_queue.hpp>
#include <thread>

namespace tare {

struct Recorder::Queue {
  boost::lockfree::spsc_queue<RequestRecord, boost::lockfree::capacity<kRoom>> records;
};

Recorder::Recorder() : queue_(std::make_unique<Queue>()) {}

Recorder::~Recorder() = default;

void Recorder::add(const RequestRecord& record) {
  while (!queue_->records.push(record)) std::this_thread::yield();
}

void Recorder::take(const std::function<void(const RequestRecord&)>& receiver) {
  queue_->records.consume_all(receiver);
}

}  // namespace tare
