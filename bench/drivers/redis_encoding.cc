#include "bench/drivers/redis_encoding.h"

#include <algorithm>
#include <charconv>

namespace tare {
namespace {

void append_bulk_header(size_t size, std::string& bytes) {
  char digits[24];
  const char* end = std::to_chars(digits, digits + sizeof digits, size).ptr;
  bytes += '$';
  bytes.append(digits, size_t(end - digits));
  bytes += "\r\n";
}

void append_bulk(std::string_view text, std::string& bytes) {
  append_bulk_header(text.size(), bytes);
  bytes += text;
  bytes += "\r\n";
}

bool is_fixed(const Template& argument) {
  return std::none_of(argument.parts.begin(), argument.parts.end(),
                      [](const TemplatePart& part) { return part.draw.has_value(); });
}

std::string fixed_text(const Template& argument) {
  std::string text;
  for (const TemplatePart& part : argument.parts) text += part.literal;
  return text;
}

}  // namespace

RedisTemplate::RedisTemplate(const RedisCall& call) {
  Piece piece;
  piece.fixed = "*" + std::to_string(call.arguments.size()) + "\r\n";
  for (size_t i = 0; i < call.arguments.size(); ++i) {
    const Template& argument = call.arguments[i];
    const bool payload = call.payload_argument == i;
    if (!payload && is_fixed(argument)) {
      append_bulk(fixed_text(argument), piece.fixed);
      continue;
    }
    piece.varies.push_back({argument.parts, payload});
    pieces_.push_back(std::move(piece));
    piece = {};
  }
  pieces_.push_back(std::move(piece));
}

void RedisTemplate::encode(std::span<const std::string_view> values, std::string_view payload,
                           std::string& bytes) const {
  for (const Piece& piece : pieces_) {
    bytes += piece.fixed;
    if (piece.varies.empty()) continue;
    const Argument& argument = piece.varies.front();
    if (argument.payload) {
      append_bulk(payload, bytes);
      continue;
    }
    size_t size = 0;
    for (const TemplatePart& part : argument.parts) {
      size += part.draw ? values[*part.draw].size() : part.literal.size();
    }
    append_bulk_header(size, bytes);
    for (const TemplatePart& part : argument.parts) {
      bytes += part.draw ? values[*part.draw] : std::string_view(part.literal);
    }
    bytes += "\r\n";
  }
}

std::string encode_command(const std::vector<std::string>& arguments) {
  std::string bytes = "*" + std::to_string(arguments.size()) + "\r\n";
  for (const std::string& argument : arguments) append_bulk(argument, bytes);
  return bytes;
}

}  // namespace tare
