// Random numbers that depend on nothing but (seed, stream, number): the same on any machine, in any
// order, by any worker.
// Level: model. A generator is a value of 8 bytes; make one per request, throw it away.
#pragma once

#include <cstdint>

namespace tare {

// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), started at a hash of its three coordinates.
class Random {
 public:
  Random(uint64_t seed, uint64_t stream, uint64_t number);

  uint64_t bits();                  // 64 uniform bits
  double unit();                    // uniform in (0, 1): never 0, never 1
  uint64_t below(uint64_t bound);   // uniform in [0, bound), unbiased (Lemire 2019); bound > 0
  double exponential(double mean);  // exponential with this mean, by inversion
  double gamma(double shape);       // gamma with scale 1, shape > 0 (Marsaglia and Tsang 2000)

 private:
  uint64_t state_;
};

// Mixes 64 bits so that every input bit moves every output bit (the finaliser of SplitMix64).
uint64_t mix_bits(uint64_t value);

// FNV-1a over bytes, for digests; not for tables that an attacker fills.
uint64_t hash_bytes(const void* data, uint64_t size, uint64_t start = 0xcbf29ce484222325u);

}  // namespace tare
