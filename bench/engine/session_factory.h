// Makes the connections of a load.
// Level: engine. Called on the worker's thread.
#pragma once

#include <functional>
#include <memory>

#include "bench/engine/asio_loop.h"
#include "bench/engine/session.h"

namespace tare {

// Where a connection is among all of the load.
struct SessionPlace {
  enum class Of { readers, job };

  Nanoseconds timeout{};  // of its requests
  Of of = Of::readers;
  int worker = 0;
  int number = 0;  // in the worker's pool, from 0
  int pool = 1;    // how many there are in it
};

using SessionFactory =
    std::function<std::unique_ptr<Session>(AsioLoop& loop, const SessionPlace& place)>;

}  // namespace tare
