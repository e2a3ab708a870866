// One worker of a load and its thread.
// Level: engine. Everything but what says otherwise belongs to the thread until it is joined.
#pragma once

#include <atomic>
#include <deque>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "bench/engine/recorder.h"
#include "bench/engine/session_factory.h"
#include "bench/engine/worker.h"

namespace tare {

// The first worker's thread carries out the jobs too.
class WorkerThread {
 public:
  WorkerThread(const Scenario& scenario, const Traffic& traffic, int number);

  // For the thread that started it.
  void launch(const SessionFactory& postgres, const SessionFactory& redis);
  void begin(Nanoseconds origin);
  void stop();
  std::string problem();  // asks the thread why a connection is missing; once
  void join();
  bool connected() const { return connected_; }
  bool finished() const { return finished_ || !thread_.joinable(); }
  Recorder& recorder() { return recorder_; }
  AsioLoop& loop() { return loop_; }
  void note_window_begins();

  // After join().
  Worker& worker() { return worker_; }
  std::deque<Worker>& jobs() { return jobs_; }
  Nanoseconds cpu() const { return cpu_; }
  Nanoseconds cpu_in_window() const {
    return std::max(cpu_in_all_ - cpu_before_window_, Nanoseconds(0));
  }
  std::vector<SessionReport> postgres_reports(Nanoseconds patience);

 private:
  void run(const SessionFactory& postgres, const SessionFactory& redis);
  void open(const SessionFactory& postgres, const SessionFactory& redis);
  bool all_available();
  bool all_finished() const;

  const Load& load_;
  const Traffic& traffic_;
  int number_;
  std::promise<std::string> problem_;
  AsioLoop loop_;
  Recorder recorder_;
  Worker worker_;
  std::deque<Worker> jobs_;  // by Traffic::jobs()
  bool begun_ = false, stopped_ = false;
  std::atomic<bool> connected_ = false, finished_ = false;
  Nanoseconds cpu_{}, cpu_in_all_{}, cpu_before_window_{};
  std::thread thread_;
};

}  // namespace tare
