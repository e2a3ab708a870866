// Collects what is wrong with one file while its reader goes on looking.
// Level: model. Not thread safe; owned by one reading.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "bench/model/json_value.h"
#include "bench/model/problem.h"

namespace tare {

class ProblemList {
 public:
  explicit ProblemList(std::string file) : file_(std::move(file)) {}

  // `at` is what is wrong.
  void add(const JsonValue& at, std::string message);
  // Said of `owner`, in the order of `member` inside it.
  void add(const JsonValue& owner, const JsonValue& member, std::string message);

  // No message, but what depends on this value is not to be judged: its cause is told elsewhere.
  void silence(const JsonValue& at) { touched_.insert(at.pointer); }

  // Nothing was found at the value itself.
  bool sound_at(const JsonValue& at) const { return !touched_.contains(at.pointer); }
  // Nothing was found at the value or inside it.
  bool sound(const JsonValue& at) const;

  // Whether `parent`'s member `name` is what its author meant: there and whole, or left out on
  // purpose. When it is not, names that refer to it are not judged.
  bool certain(const JsonValue& parent, std::string_view name) const;

  bool empty() const { return findings_.empty(); }
  std::vector<Problem> sorted() const;  // by place in the file
  void throw_if_any() const;            // FileProblems

 private:
  struct Finding {
    int place = 0;
    Problem problem;
  };

  std::string file_;
  std::vector<Finding> findings_;
  std::set<std::string> touched_;
};

}  // namespace tare
