// Texts of other people inside XML. Level: report. A pure function; safe from any thread.
#pragma once

#include <string>
#include <string_view>

namespace tare {

// `text` for an element or an attribute of XML 1.0: markup is escaped, line breaks become character
// references, what XML cannot hold (control characters, bytes that are not UTF-8) becomes U+FFFD.
std::string xml_text(std::string_view text);

}  // namespace tare
