#include "tools/experiment/secrets.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>

namespace tare {
namespace {

enum class HexLetters { upper, lower };

std::string percent_encoded(const std::string& text, HexLetters letters) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) || c == '-' || c == '.' || c == '_' || c == '~') {
      encoded += c;
    } else {
      encoded += letters == HexLetters::upper ? fmt::format("%{:02X}", byte)
                                              : fmt::format("%{:02x}", byte);
    }
  }
  return encoded;
}

// As a shell that traces its commands (set -x) writes it: 'it'\''s'.
std::string shell_quoted(const std::string& text) {
  std::string quoted;
  for (const char c : text) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted;
}

}  // namespace

void Secrets::add(const std::string& secret) {
  if (secret.empty()) return;
  for (const std::string& spelling :
       {secret, percent_encoded(secret, HexLetters::upper),
        percent_encoded(secret, HexLetters::lower), shell_quoted(secret)}) {
    if (std::find(spellings_.begin(), spellings_.end(), spelling) == spellings_.end()) {
      spellings_.push_back(spelling);
    }
  }
  std::stable_sort(
      spellings_.begin(), spellings_.end(),
      [](const std::string& one, const std::string& other) { return one.size() > other.size(); });
}

std::string Secrets::hidden_in(const std::string& text) const {
  constexpr std::string_view kHidden = "[password]";
  std::string shown;
  for (size_t at = 0; at < text.size();) {
    const auto found =
        std::find_if(spellings_.begin(), spellings_.end(), [&](const std::string& spelling) {
          return text.compare(at, spelling.size(), spelling) == 0;
        });
    if (found == spellings_.end()) {
      shown += text[at++];
    } else {
      shown += kHidden;
      at += found->size();
    }
  }
  return shown;
}

}  // namespace tare
