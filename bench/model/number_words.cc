#include "bench/model/number_words.h"

#include <fmt/format.h>

#include <cmath>

namespace tare {

std::string grouped_digits(int64_t number) {
  std::string digits = std::to_string(number);
  for (int at = int(digits.size()) - 3; at > (number < 0 ? 1 : 0); at -= 3) {
    digits.insert(size_t(at), ",");
  }
  return digits;
}

std::string percent_words(double share) {
  const double percent = share * 100;
  if (percent == 0) return "0 %";
  const int decimals = std::max(0, 1 - int(std::floor(std::log10(std::abs(percent)))));
  return fmt::format("{:.{}f} %", percent, std::min(decimals, 6));
}

std::string shortened(const std::string& text, size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U) --bytes;
  return text.substr(0, bytes) + "...";
}

}  // namespace tare
