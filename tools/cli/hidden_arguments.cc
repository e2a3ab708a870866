#include "tools/cli/hidden_arguments.h"

#include <cctype>
#include <cstring>
#include <regex>
#include <string>
#include <string_view>

namespace tare {
namespace {

// A URI with a login, or any text that names a password (sslpassword too).
bool may_hold_secret(std::string_view value) {
  std::string lower;
  for (const char c : value) lower += char(std::tolower(static_cast<unsigned char>(c)));
  return lower.find('@') != std::string::npos || lower.find("password") != std::string::npos;
}

void hide(char* value) {
  if (may_hold_secret(value)) std::memset(value, '*', std::strlen(value));
}

}  // namespace

void hide_secrets(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    for (const char* option : {"--postgres", "--redis", "--claim"}) {
      const size_t length = std::strlen(option);
      if (std::strncmp(argv[i], option, length) != 0) continue;
      if (argv[i][length] == '=') {
        hide(argv[i] + length + 1);
      } else if (argv[i][length] == '\0' && i + 1 < argc) {
        hide(argv[i + 1]);
      }
    }
  }
}

std::string without_secrets(const std::string& text) {
  static const std::regex kLogin(R"(//[^\s/@:]*:\S*@)");
  static const std::regex kPair(R"((password\s*=\s*)('[^']*'|\S+))", std::regex::icase);
  return std::regex_replace(std::regex_replace(text, kLogin, "//***@"), kPair, "$1***");
}

}  // namespace tare
