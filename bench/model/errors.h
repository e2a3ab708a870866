// The errors of the control path; main turns each into its exit code.
// Level: model. Files have their own (problem.h).
#pragma once

#include <stdexcept>

namespace tare {

// The person asked for something that cannot be: wrong option, missing folder. Exit code 4.
class UsageError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A server is missing, refused or died; the measurement is not valid. Exit code 3.
class ServerError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A change could not be undone where nothing else undoes it: on a target whose data cannot be
// restored. The message says what is left and what undoes it. Exit code 1.
class RollbackFailed : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Ctrl-C or SIGTERM reached the work; everything is being cleaned up. Exit code 128 + signal.
class Interrupted : public std::runtime_error {
 public:
  Interrupted() : std::runtime_error("interrupted") {}
};

}  // namespace tare
