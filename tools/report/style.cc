#include "tools/report/style.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace tare {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// The first that is set decides, as in setlocale.
bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    std::string value = environment(name);
    if (value.empty()) continue;
    std::transform(value.begin(), value.end(), value.begin(),
                   [](unsigned char c) { return char(std::tolower(c)); });
    return value.find("utf-8") != std::string::npos || value.find("utf8") != std::string::npos;
  }
  return false;
}

}  // namespace

Style style_for(int file_descriptor) {
  Style style;
  const bool paints = ::isatty(file_descriptor) != 0 && environment("NO_COLOR").empty() &&
                      environment("TERM") != "dumb";
  style.colour = paints ? Colour::on : Colour::off;
  style.characters = locale_is_utf8() ? Characters::utf8 : Characters::ascii;
  return style;
}

std::string painted(std::string_view text, Paint paint, const Style& style) {
  const char* start = "";
  switch (paint) {
    case Paint::plain:
      break;
    case Paint::bold:
      start = "\x1b[1m";
      break;
    case Paint::dim:
      start = "\x1b[2m";
      break;
    case Paint::good:
      start = "\x1b[32m";
      break;
    case Paint::bad:
      start = "\x1b[31m";
      break;
    case Paint::doubtful:
      start = "\x1b[33m";
      break;
  }
  if (style.colour == Colour::off || *start == '\0') return std::string(text);
  return start + std::string(text) + "\x1b[0m";
}

}  // namespace tare
