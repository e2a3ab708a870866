// How text may look where it goes: colour, characters, width.
// Level: report. A value; style_for reads the environment once.
#pragma once

#include <string>
#include <string_view>

namespace tare {

enum class Colour { off, on };
enum class Characters { ascii, utf8 };

struct Style {
  Colour colour = Colour::off;
  Characters characters = Characters::ascii;
};

// Colour on a terminal that is not "dumb" and without NO_COLOR; UTF-8 when LC_ALL, LC_CTYPE or LANG
// says so.
Style style_for(int file_descriptor);

enum class Paint { plain, bold, dim, good, bad, doubtful };
std::string painted(std::string_view text, Paint paint, const Style& style);

}  // namespace tare
