// The machine's apt package index in memory: what every Debian and Ubuntu machine knows about the
// packages it could install. Real data with real skew, without a download.
// Level: loaders. Values; reading blocks. About 60 MB for Debian 12's 63,000 packages.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace tare {

enum class AptRelationKind : uint8_t {
  depends,
  pre_depends,
  recommends,
  suggests,
  enhances,
  conflicts,
  breaks,
  replaces,
  provides
};

// As Debian writes it, in lower case: "pre-depends".
std::string_view to_text(AptRelationKind kind);

struct AptPackage {
  std::string name, version, architecture;
  std::string section, priority, maintainer;  // empty: not given
  std::string description;                    // its first line
  std::optional<int64_t> installed_size_kb;
  std::optional<int64_t> size_bytes;  // of the archive; nullopt: only installed, not in the index
  int64_t popularity = 0;             // depends, pre-depends and recommends relations that name it
};

// One alternative of one relation: "Depends: a | b (>= 1)" is two of them.
struct AptRelation {
  uint32_t package = 0;      // index of the package that has it; its id is one more
  uint32_t target = 0;       // index in texts: the name without ":any"
  uint32_t constraint = 0;   // index in texts: ">= 1"; 0: none
  uint16_t alternative = 0;  // place among the alternatives: 0 is the first choice
  AptRelationKind kind = AptRelationKind::depends;
};

struct AptTag {
  uint32_t package = 0;
  uint32_t name = 0;  // index in texts
};

// Packages in order of name, then architecture; ids count from 1 in that order, so that the same
// index gives the same ids. Of several stanzas of one name and architecture the first is kept.
// Relations and tags follow their packages in the order of the stanza.
struct AptIndex {
  std::vector<AptPackage> packages;
  std::vector<AptRelation> relations;
  std::vector<AptTag> tags;
  std::vector<std::string> texts;  // the first is empty
  int64_t repeated_stanzas = 0;
  int64_t malformed_stanzas = 0;  // skipped
};

struct AptIndexCounts {
  int64_t packages = 0, relations = 0, tags = 0;

  friend bool operator==(const AptIndexCounts&, const AptIndexCounts&) = default;
};

AptIndexCounts counts_of(const AptIndex& index);

// Over everything in the index; equal contents, equal digest.
uint64_t digest_of(const AptIndex& index);

// Reads `apt-cache dumpavail` line by line, in at most 120 s. Throws UsageError that says what to
// do when there is no apt-cache or no index, ServerError when apt-cache fails, Interrupted on a
// stop.
AptIndex read_apt_index(std::stop_token stop);

// The same, for the counts alone.
AptIndexCounts count_apt_index(std::stop_token stop);

}  // namespace tare
