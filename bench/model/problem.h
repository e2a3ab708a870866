// What is wrong with a file a person wrote, collected so that everything is said at once.
// Level: model. Values only.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace tare {

// One finding. Printed as "FILE: POINTER: message"; the message says what to do.
struct Problem {
  std::string file;
  std::string pointer;  // JSON pointer ("/load/arrivals/poisson/rate_per_s"); empty: the whole file
  std::string message;

  friend bool operator==(const Problem&, const Problem&) = default;
};

std::string to_text(const Problem& problem);

// Thrown by every reader of files after it has looked at the whole file. Exit code 4.
class FileProblems : public std::runtime_error {
 public:
  explicit FileProblems(std::vector<Problem> problems);

  const std::vector<Problem>& problems() const { return problems_; }

 private:
  std::vector<Problem> problems_;
};

}  // namespace tare
