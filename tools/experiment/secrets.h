// Takes passwords out of texts that other programs have written.
// Level: experiment. A value; holds the passwords: never shown itself.
#pragma once

#include <string>
#include <vector>

namespace tare {

class Secrets {
 public:
  // An empty text is none. Also known as a URI writes it (%40 for @).
  void add(const std::string& secret);

  // The text with "[password]" for each.
  std::string hidden_in(const std::string& text) const;

 private:
  std::vector<std::string> spellings_;  // the longest first: one may hold another
};

}  // namespace tare
