// Which of the scenario's SQL steps a statement is that a server shows.
// Level: drivers. Immutable after construction.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "bench/engine/traffic.h"

namespace tare {

class StatementNames {
 public:
  struct Named {
    std::string name;  // "author_page/posts"
    std::string sql;
  };
  // Steps with the same statement share a name: "author_page/posts, feed/posts".
  explicit StatementNames(const std::vector<Named>& statements);

  // Its name; empty: no step's. Found by the whole text, by its fingerprint (literals may have
  // become parameters), or, where the server cuts texts off, by how it begins, if only one does.
  std::string name_of(const std::string& shown) const;

 private:
  std::map<std::string, std::string> by_text_, by_fingerprint_;
};

// All SQL calls of the traffic, in its order.
std::vector<StatementNames::Named> named_statements(const Traffic& traffic);

}  // namespace tare
