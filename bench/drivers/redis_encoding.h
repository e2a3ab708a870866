// Redis commands as RESP bytes, from templates made once: only drawn values are formatted per call.
// Level: drivers. Immutable after construction; encoding appends to the caller's buffer.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/engine/traffic.h"

namespace tare {

class RedisTemplate {
 public:
  explicit RedisTemplate(const RedisCall& call);

  // Appends the command for these drawn values to `bytes`.
  void encode(std::span<const std::string_view> values, std::string_view payload,
              std::string& bytes) const;

 private:
  struct Argument {
    std::vector<TemplatePart> parts;  // one after the other
    bool payload = false;
  };
  struct Piece {
    std::string fixed;             // bytes up to the next argument that varies
    std::vector<Argument> varies;  // none or one
  };
  std::vector<Piece> pieces_;
};

// A whole command of fixed arguments: AUTH at connecting.
std::string encode_command(const std::vector<std::string>& arguments);

}  // namespace tare
