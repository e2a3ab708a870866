#include "loaders/apt_index.h"

#include <fmt/format.h>

#include <array>
#include <chrono>

#include "bench/model/errors.h"
#include "bench/model/random.h"
#include "loaders/apt_index_parser.h"
#include "loaders/subprocess.h"

namespace tare {

namespace {

constexpr std::chrono::seconds kReadLimit(120);

constexpr const char* kWhatItIs =
    "This scenario's data is the package index of a Debian or Ubuntu machine";

class Digest {
 public:
  void add(std::string_view text) {
    add(text.size());
    value_ = hash_bytes(text.data(), text.size(), value_);
  }
  void add(uint64_t number) { value_ = hash_bytes(&number, sizeof(number), value_); }
  void add(const std::optional<int64_t>& number) {
    add(uint64_t(number.has_value()));
    add(uint64_t(number.value_or(0)));
  }
  uint64_t value() const { return value_; }

 private:
  uint64_t value_ = hash_bytes(nullptr, 0);
};

}  // namespace

std::string_view to_text(AptRelationKind kind) {
  constexpr std::array<std::string_view, 9> kNames = {"depends",  "pre-depends", "recommends",
                                                      "suggests", "enhances",    "conflicts",
                                                      "breaks",   "replaces",    "provides"};
  return kNames.at(size_t(kind));
}

AptIndexCounts counts_of(const AptIndex& index) {
  return {int64_t(index.packages.size()), int64_t(index.relations.size()),
          int64_t(index.tags.size())};
}

uint64_t digest_of(const AptIndex& index) {
  Digest digest;
  for (const AptPackage& package : index.packages) {
    for (const std::string* text :
         {&package.name, &package.version, &package.architecture, &package.section,
          &package.priority, &package.maintainer, &package.description}) {
      digest.add(std::string_view(*text));
    }
    digest.add(package.installed_size_kb);
    digest.add(package.size_bytes);
  }
  for (const AptRelation& relation : index.relations) {
    digest.add(uint64_t(relation.package));
    digest.add(uint64_t(relation.kind) << 16 | relation.alternative);
    digest.add(std::string_view(index.texts[relation.target]));
    digest.add(std::string_view(index.texts[relation.constraint]));
  }
  for (const AptTag& tag : index.tags) {
    digest.add(uint64_t(tag.package));
    digest.add(std::string_view(index.texts[tag.name]));
  }
  return digest.value();
}

AptIndex read_apt_index(std::stop_token stop) {
  ProcessOptions options;
  options.arguments = {"apt-cache", "dumpavail"};
  options.environment.emplace("LC_ALL", std::string("C"));
  const auto until = std::chrono::steady_clock::now() + kReadLimit;
  AptIndexParser parser;
  try {
    Subprocess process = Subprocess::start(options);
    while (const auto line = process.read_line(stop, until)) parser.add_line(*line);
    const auto status = process.wait_for(kReadLimit, stop);
    if (!status || !status->ok()) {
      throw ServerError(
          fmt::format("`apt-cache dumpavail` failed: {}",
                      process.error_tail().empty() ? "no reason given" : process.error_tail()));
    }
  } catch (const ProgramNotFound&) {
    throw UsageError(
        fmt::format("there is no apt-cache on this machine. {}; run tare on one", kWhatItIs));
  }
  AptIndex index = parser.finish();
  // Without package lists apt-cache still names what is installed; that is not the index.
  for (const AptPackage& package : index.packages) {
    if (package.size_bytes) return index;
  }
  throw UsageError(fmt::format(
      "apt's package index is empty on this machine. {}; get it by `apt-get update` as root",
      kWhatItIs));
}

AptIndexCounts count_apt_index(std::stop_token stop) {
  return counts_of(read_apt_index(stop));
}

}  // namespace tare
