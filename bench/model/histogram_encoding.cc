// The last field of a histogram log line: base64 around zlib around HdrHistogram's V2 encoding.
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <bit>
#include <memory>
#include <stdexcept>

#include "bench/model/histogram_log.h"

namespace tare {
namespace {

using Bytes = std::vector<unsigned char>;

constexpr uint32_t kPlainCookie = 0x1c849303;
constexpr uint32_t kPackedCookie = 0x1c849304;
constexpr uint32_t kWordSizeBits = 0xf0;  // every writer sets 0x10 here; readers ignore them
constexpr uint32_t kWordSize = 0x10;
constexpr size_t kPackedHeaderBytes = 8;
constexpr size_t kHeaderBytes = 40;
constexpr size_t kMostUnpackedBytes = 64 << 20;  // beyond any range at 5 digits
constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error("histogram: " + what);
}

std::string to_base64(const Bytes& bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t held = std::min<size_t>(bytes.size() - i, 3);
    uint32_t group = 0;
    for (size_t j = 0; j < 3; ++j) group = group << 8 | (j < held ? bytes[i + j] : 0u);
    for (size_t j = 0; j < 4; ++j) {
      text += j <= held ? kAlphabet[group >> (18 - 6 * j) & 63] : '=';
    }
  }
  return text;
}

Bytes from_base64(std::string_view text) {
  if (text.empty()) fail("empty");
  if (text.size() % 4 != 0) {
    fail(fmt::format("bad base64: {} characters, not a multiple of 4 (truncated?)", text.size()));
  }
  std::array<int, 256> digits;
  digits.fill(-1);
  for (size_t i = 0; i < kAlphabet.size(); ++i) {
    digits[static_cast<unsigned char>(kAlphabet[i])] = static_cast<int>(i);
  }
  const size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  Bytes bytes;
  bytes.reserve(text.size() / 4 * 3);
  for (size_t i = 0; i < text.size(); i += 4) {
    uint32_t group = 0;
    for (size_t j = i; j < i + 4; ++j) {
      const bool is_padding = j >= text.size() - padding;
      const int digit = is_padding ? 0 : digits[static_cast<unsigned char>(text[j])];
      if (digit < 0) fail(fmt::format("bad base64 at character {}", j + 1));
      group = group << 6 | static_cast<uint32_t>(digit);
    }
    for (int shift = 16; shift >= 0; shift -= 8) {
      bytes.push_back(static_cast<unsigned char>(group >> shift & 0xff));
    }
  }
  bytes.resize(bytes.size() - padding);
  return bytes;
}

void put_big_endian(Bytes& bytes, uint64_t value, int size) {
  for (int i = size - 1; i >= 0; --i) {
    bytes.push_back(static_cast<unsigned char>(value >> (8 * i) & 0xff));
  }
}

// The caller has checked that the bytes are there.
uint64_t get_big_endian(const Bytes& bytes, size_t at, size_t size) {
  uint64_t value = 0;
  for (size_t i = at; i < at + size; ++i) value = value << 8 | bytes[i];
  return value;
}

// ZigZag LEB128 as HdrHistogram has it: eight bytes of 7 bits, and a ninth of 8.
void put_number(Bytes& bytes, int64_t number) {
  uint64_t rest = static_cast<uint64_t>(number) << 1 ^ static_cast<uint64_t>(number >> 63);
  for (int i = 0; i < 8 && rest >= 0x80; ++i, rest >>= 7) {
    bytes.push_back(static_cast<unsigned char>((rest & 0x7f) | 0x80));
  }
  bytes.push_back(static_cast<unsigned char>(rest));
}

int64_t get_number(const Bytes& bytes, size_t& at) {
  uint64_t zigzag = 0;
  for (int i = 0; i < 9; ++i) {
    if (at >= bytes.size()) fail("the counts end in the middle of a number");
    const uint64_t byte = bytes[at++];
    if (i == 8 || byte < 0x80) {
      zigzag |= byte << (7 * i);
      break;
    }
    zigzag |= (byte & 0x7f) << (7 * i);
  }
  return static_cast<int64_t>(zigzag >> 1 ^ (0 - (zigzag & 1)));
}

// The bucket layout that a writer's range and digits lead to.
class Layout {
 public:
  Layout(int64_t lowest, int64_t highest, int64_t digits) {
    if (digits < 0 || digits > 5) fail(fmt::format("{} significant digits; 0 to 5 exist", digits));
    if (lowest < 1 || highest < 2 || lowest > highest / 2) {
      fail(fmt::format("impossible range {} to {}", lowest, highest));
    }
    uint64_t needed = 2;
    for (int64_t i = 0; i < digits; ++i) needed *= 10;
    half_bits_ = bit_width(needed - 1) - 1;
    unit_bits_ = bit_width(static_cast<uint64_t>(lowest)) - 1;
    if (unit_bits_ + half_bits_ + 1 > 62) fail(fmt::format("impossible lowest value {}", lowest));
    // The number of doublings of the first range's end that get past the highest value.
    const int past = bit_width(static_cast<uint64_t>(highest));
    const int ranges = std::max(past - (unit_bits_ + half_bits_ + 1), 0) + 1;
    size_ = int64_t{ranges + 1} << half_bits_;
  }

  int64_t size() const { return size_; }

  void record(Histogram& histogram, int64_t index, int64_t count) const {
    const int64_t half = int64_t{1} << half_bits_;
    const int64_t range = std::max<int64_t>((index >> half_bits_) - 1, 0);
    const int64_t within = index < 2 * half ? index : (index & (half - 1)) + half;
    const int64_t bits = range + unit_bits_;
    const int64_t low = within << bits;
    int64_t middle = low + ((int64_t{1} << bits) >> 1);
    // The last bucket in range reaches past kHighest; its values are not clamped ones.
    if (low <= Histogram::kHighest) middle = std::min(middle, Histogram::kHighest);
    histogram.record(middle, count);
  }

 private:
  static int bit_width(uint64_t value) { return static_cast<int>(std::bit_width(value)); }

  int half_bits_, unit_bits_;
  int64_t size_;
};

Bytes plain_encoding(const Histogram& histogram) {
  const std::vector<int64_t>& counts = histogram.counts();
  const int end = Histogram::index_of(std::min(histogram.max(), Histogram::kHighest)) + 1;
  Bytes numbers;
  for (int i = 0; i < end;) {
    if (counts[i] != 0) {
      put_number(numbers, counts[i++]);
      continue;
    }
    const int start = i;
    while (i < end && counts[i] == 0) ++i;
    put_number(numbers, i - start == 1 ? 0 : start - i);
  }

  Bytes bytes;
  put_big_endian(bytes, kPlainCookie | kWordSize, 4);
  put_big_endian(bytes, numbers.size(), 4);
  put_big_endian(bytes, 0, 4);  // offset of the first count in a rotated array: not rotated
  put_big_endian(bytes, Histogram::kSignificantDigits, 4);
  put_big_endian(bytes, Histogram::kLowest, 8);
  put_big_endian(bytes, Histogram::kHighest, 8);
  put_big_endian(bytes, std::bit_cast<uint64_t>(1.0), 8);  // ratio to double values: none
  bytes.insert(bytes.end(), numbers.begin(), numbers.end());
  return bytes;
}

struct InflateEnd {
  void operator()(z_stream* stream) const { inflateEnd(stream); }
};

Bytes unpack(const Bytes& bytes) {
  z_stream stream = {};
  if (inflateInit(&stream) != Z_OK) fail("zlib does not start (out of memory?)");
  const std::unique_ptr<z_stream, InflateEnd> owner(&stream);
  stream.next_in = const_cast<Bytef*>(bytes.data() + kPackedHeaderBytes);
  stream.avail_in = static_cast<uInt>(bytes.size() - kPackedHeaderBytes);
  Bytes plain;
  std::array<unsigned char, 16384> chunk;
  int status = Z_OK;
  while (status == Z_OK) {
    stream.next_out = chunk.data();
    stream.avail_out = chunk.size();
    status = inflate(&stream, Z_NO_FLUSH);
    plain.insert(plain.end(), chunk.data(), stream.next_out);
    if (plain.size() > kMostUnpackedBytes) fail("unpacks to more than 64 MiB");
  }
  if (status == Z_BUF_ERROR) fail("the compressed data are truncated");
  if (status != Z_STREAM_END) {
    fail(fmt::format("the compressed data are damaged ({})", stream.msg ? stream.msg : "zlib"));
  }
  if (stream.avail_in != 0) fail("bytes left over after the compressed data");
  return plain;
}

void check_packed_header(const Bytes& bytes) {
  if (bytes.size() < kPackedHeaderBytes) fail("truncated before the end of its first header");
  const auto cookie = static_cast<uint32_t>(get_big_endian(bytes, 0, 4));
  if ((cookie & ~kWordSizeBits) != kPackedCookie) {
    fail(fmt::format("cookie {:#010x} is not that of a compressed V2 histogram ({:#010x})", cookie,
                     kPackedCookie | kWordSize));
  }
  const uint64_t length = get_big_endian(bytes, 4, 4);
  const size_t held = bytes.size() - kPackedHeaderBytes;
  if (length != held) {
    fail(fmt::format("{} bytes of compressed data announced, {} found", length, held));
  }
}

Histogram from_plain(const Bytes& bytes) {
  if (bytes.size() < kHeaderBytes) fail("truncated before the end of its second header");
  const auto cookie = static_cast<uint32_t>(get_big_endian(bytes, 0, 4));
  if ((cookie & ~kWordSizeBits) != kPlainCookie) {
    fail(fmt::format("inner cookie {:#010x} is not that of a V2 histogram ({:#010x})", cookie,
                     kPlainCookie | kWordSize));
  }
  const uint64_t length = get_big_endian(bytes, 4, 4);
  if (length != bytes.size() - kHeaderBytes) {
    fail(
        fmt::format("{} bytes of counts announced, {} found", length, bytes.size() - kHeaderBytes));
  }
  if (get_big_endian(bytes, 8, 4) != 0) fail("shifted histograms are not supported");
  const auto digits = static_cast<int64_t>(get_big_endian(bytes, 12, 4));
  const auto lowest = static_cast<int64_t>(get_big_endian(bytes, 16, 8));
  const auto highest = static_cast<int64_t>(get_big_endian(bytes, 24, 8));
  const Layout layout(lowest, highest, digits);

  Histogram histogram;
  int64_t total = 0, index = 0;
  for (size_t at = kHeaderBytes; at < bytes.size();) {
    const int64_t number = get_number(bytes, at);
    const int64_t room = layout.size() - index;
    if (room < 1 || number < -room) fail("more counts than its range and digits have");
    if (number < 0) {
      index -= number;
      continue;
    }
    if (__builtin_add_overflow(total, number, &total)) fail("the counts add up past 2^63");
    layout.record(histogram, index++, number);
  }
  return histogram;
}

}  // namespace

std::string encode_histogram(const Histogram& histogram) {
  const Bytes plain = plain_encoding(histogram);
  Bytes bytes(kPackedHeaderBytes + compressBound(plain.size()));
  uLongf length = bytes.size() - kPackedHeaderBytes;
  if (compress(bytes.data() + kPackedHeaderBytes, &length, plain.data(), plain.size()) != Z_OK) {
    fail("zlib does not compress (out of memory?)");
  }
  bytes.resize(kPackedHeaderBytes + length);
  Bytes header;
  put_big_endian(header, kPackedCookie | kWordSize, 4);
  put_big_endian(header, length, 4);
  std::copy(header.begin(), header.end(), bytes.begin());
  return to_base64(bytes);
}

Histogram decode_histogram(std::string_view base64) {
  const Bytes bytes = from_base64(base64);
  check_packed_header(bytes);
  return from_plain(unpack(bytes));
}

}  // namespace tare
