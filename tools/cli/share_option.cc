#include "tools/cli/share_option.h"

#include <fmt/format.h>

#include <stdexcept>

#include "bench/model/errors.h"

namespace tare {

double parse_share(const std::string& option, const std::string& text, double most) {
  size_t used = 0;
  double value = 0;
  try {
    value = std::stod(text, &used);
  } catch (const std::logic_error&) {
    used = 0;
  }
  const std::string unit = used == 0 ? "?" : text.substr(used);
  if (unit == "%") value /= 100;
  if ((unit != "%" && !unit.empty()) || !(value > 0 && value <= most)) {
    throw UsageError(
        fmt::format("{}: \"{}\" is no share above 0 and at most {:g} %: write 5% or 0.05", option,
                    text, most * 100));
  }
  return value;
}

}  // namespace tare
