#include "bench/model/random.h"

#include <cmath>

namespace tare {
namespace {

__extension__ typedef unsigned __int128 Wide;

constexpr uint64_t kGolden = 0x9e3779b97f4a7c15u;  // 2^64 / the golden ratio, odd

}  // namespace

uint64_t mix_bits(uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
  return value ^ (value >> 31);
}

uint64_t hash_bytes(const void* data, uint64_t size, uint64_t start) {
  const auto* bytes = static_cast<const unsigned char*>(data);
  uint64_t hash = start;
  for (uint64_t i = 0; i < size; ++i) hash = (hash ^ bytes[i]) * 0x100000001b3u;
  return hash;
}

// Each coordinate is mixed before the next one is added, so that neighbours in any of the three
// start far apart, and (1, 2, 3) and (3, 2, 1) are different generators.
Random::Random(uint64_t seed, uint64_t stream, uint64_t number)
    : state_(mix_bits(mix_bits(mix_bits(seed + kGolden) + stream + kGolden) + number + kGolden)) {}

uint64_t Random::bits() {
  state_ += kGolden;
  return mix_bits(state_);
}

// The middles of 2^52 equal cells. With 2^53 cells the last middle would round to 1.
double Random::unit() {
  return (static_cast<double>(bits() >> 12) + 0.5) * 0x1p-52;
}

uint64_t Random::below(uint64_t bound) {
  Wide product = static_cast<Wide>(bits()) * bound;
  auto low = static_cast<uint64_t>(product);
  if (low < bound) {
    // The loop ends with probability above 1/2 each time round.
    const uint64_t surplus = (0 - bound) % bound;  // 2^64 mod bound
    while (low < surplus) {
      product = static_cast<Wide>(bits()) * bound;
      low = static_cast<uint64_t>(product);
    }
  }
  return static_cast<uint64_t>(product >> 64);
}

double Random::exponential(double mean) {
  return -mean * std::log(unit());
}

// For a shape below 1 the variate of shape + 1 is scaled, as their paper says in section 6.
double Random::gamma(double shape) {
  if (shape < 1) {
    const double scale = std::pow(unit(), 1 / shape);
    return gamma(shape + 1) * scale;
  }
  const double d = shape - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  for (;;) {  // accepted with probability above 0.95 each time round
    const double radius = std::sqrt(-2 * std::log(unit()));
    const double normal = radius * std::cos(2 * M_PI * unit());  // Box and Muller 1958
    const double root = 1 + c * normal;
    if (root <= 0) continue;
    const double v = root * root * root;
    if (std::log(unit()) < 0.5 * normal * normal + d - d * v + d * std::log(v)) return d * v;
  }
}

}  // namespace tare
