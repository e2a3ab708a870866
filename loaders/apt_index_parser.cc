#include "loaders/apt_index_parser.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

namespace tare {

namespace {

constexpr size_t kMaxLine = 1 << 20;  // bytes; Debian 12's longest is 76 kB

constexpr std::pair<const char*, AptRelationKind> kRelationFields[] = {
    {"Depends", AptRelationKind::depends},       {"Pre-Depends", AptRelationKind::pre_depends},
    {"Recommends", AptRelationKind::recommends}, {"Suggests", AptRelationKind::suggests},
    {"Enhances", AptRelationKind::enhances},     {"Conflicts", AptRelationKind::conflicts},
    {"Breaks", AptRelationKind::breaks},         {"Replaces", AptRelationKind::replaces},
    {"Provides", AptRelationKind::provides}};

constexpr const char* kOtherFields[] = {"Package",        "Version",  "Architecture",
                                        "Section",        "Priority", "Maintainer",
                                        "Installed-Size", "Size",     "Tag"};

bool is_kept(std::string_view name) {
  return std::any_of(std::begin(kRelationFields), std::end(kRelationFields),
                     [&](const auto& field) { return field.first == name; }) ||
         std::any_of(std::begin(kOtherFields), std::end(kOtherFields),
                     [&](const char* field) { return field == name; });
}

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Calls `part` for each piece of `text` between separators, trimmed; stops when it returns false.
template <typename Part>
bool for_each_part(std::string_view text, char separator, Part part) {
  for (;;) {
    const size_t end = text.find(separator);
    if (!part(trimmed(text.substr(0, end)))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

// False when there is something that is not a number from 0 up; an empty text is no number.
bool read_size(std::string_view text, std::optional<int64_t>& size) {
  if (text.empty()) return true;
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return false;
  size = number;
  return true;
}

bool counts_as_use(AptRelationKind kind) {
  return kind == AptRelationKind::depends || kind == AptRelationKind::pre_depends ||
         kind == AptRelationKind::recommends;
}

// Packages by name and architecture; relations and tags follow them, each in its old order.
void order(AptIndex& index) {
  std::vector<uint32_t> order(index.packages.size()), place(index.packages.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](uint32_t left, uint32_t right) {
    const AptPackage &a = index.packages[left], &b = index.packages[right];
    return std::tie(a.name, a.architecture) < std::tie(b.name, b.architecture);
  });
  std::vector<AptPackage> packages;
  packages.reserve(order.size());
  for (uint32_t i = 0; i < order.size(); ++i) {
    place[order[i]] = i;
    packages.push_back(std::move(index.packages[order[i]]));
  }
  index.packages = std::move(packages);
  const auto move_rows = [&](auto& rows) {
    for (auto& row : rows) row.package = place[row.package];
    std::stable_sort(rows.begin(), rows.end(), [](const auto& left, const auto& right) {
      return left.package < right.package;
    });
  };
  move_rows(index.relations);
  move_rows(index.tags);
}

}  // namespace

bool is_clean_utf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto byte = [&](size_t at) { return at < text.size() ? uint8_t(text[at]) : uint8_t(0); };
    const uint8_t first = byte(i);
    if (first == 0) return false;
    size_t length = 1;
    if (first >= 0x80) {
      if (first < 0xc2 || first > 0xf4) return false;
      length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
      // The second byte's range keeps out overlong forms, surrogates and what is above U+10FFFF.
      const uint8_t low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
      const uint8_t high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
      if (byte(i + 1) < low || byte(i + 1) > high) return false;
      for (size_t more = 2; more < length; ++more) {
        if (byte(i + more) < 0x80 || byte(i + more) > 0xbf) return false;
      }
    }
    i += length;
  }
  return true;
}

AptIndexParser::AptIndexParser() {
  index_.texts.emplace_back();
}

void AptIndexParser::add_line(std::string_view line) {
  if (line.empty()) {
    end_stanza();
    return;
  }
  in_stanza_ = true;
  if (line.size() > kMaxLine || !is_clean_utf8(line)) malformed_ = true;
  if (malformed_) return;
  if (line[0] == ' ' || line[0] == '\t') {
    if (folding_ != nullptr) folding_->append(" ").append(trimmed(line));
    return;
  }
  folding_ = nullptr;
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) {
    malformed_ = true;
    return;
  }
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (name == "Description" || name.starts_with("Description-en")) {
    fields_["Description"] = value;  // the lines that follow are the long text
  } else if (is_kept(name)) {
    folding_ = &fields_[std::string(name)];
    *folding_ = value;
  }
}

void AptIndexParser::end_stanza() {
  if (!in_stanza_) return;
  const size_t relations = index_.relations.size();
  AptPackage package;
  package.name = fields_["Package"];
  package.version = fields_["Version"];
  package.architecture = fields_["Architecture"];
  package.section = fields_["Section"];
  package.priority = fields_["Priority"];
  package.maintainer = fields_["Maintainer"];
  package.description = fields_["Description"];
  bool good = !malformed_ && !package.name.empty() && !package.version.empty() &&
              !package.architecture.empty() &&
              read_size(fields_["Installed-Size"], package.installed_size_kb) &&
              read_size(fields_["Size"], package.size_bytes);
  for (const auto& [name, kind] : kRelationFields) {
    good = good && read_relations(kind, fields_[name]);
  }
  if (good && !seen_.insert(package.name + ' ' + package.architecture).second) {
    ++index_.repeated_stanzas;
    index_.relations.resize(relations);
  } else if (good) {
    read_tags(fields_["Tag"]);
    index_.packages.push_back(std::move(package));
  } else {
    ++index_.malformed_stanzas;
    index_.relations.resize(relations);
  }
  fields_.clear();
  folding_ = nullptr;
  in_stanza_ = malformed_ = false;
}

bool AptIndexParser::read_relations(AptRelationKind kind, std::string_view text) {
  if (text.empty()) return true;
  return for_each_part(text, ',', [&](std::string_view group) {
    if (group.empty()) return true;  // a comma at the end
    AptRelation relation;
    relation.package = uint32_t(index_.packages.size());
    relation.kind = kind;
    return for_each_part(group, '|', [&](std::string_view alternative) {
      if (!read_relation(relation, alternative)) return false;
      return ++relation.alternative != 0;
    });
  });
}

// "name[:architecture] [(>= version)] [[architectures]] [<profiles>]"; the last two are left out.
bool AptIndexParser::read_relation(AptRelation relation, std::string_view text) {
  const size_t name_end = std::min(text.find_first_of(" \t:([<"), text.size());
  if (name_end == 0) return false;
  relation.target = text_index(text.substr(0, name_end));
  const size_t open = text.find('(');
  if (open != std::string_view::npos) {
    const size_t close = text.find(')', open);
    if (close == std::string_view::npos) return false;
    const std::string_view inside = trimmed(text.substr(open + 1, close - open - 1));
    const size_t version = std::min(inside.find_first_not_of("<>= \t"), inside.size());
    const std::string_view comparison = trimmed(inside.substr(0, version));
    if (comparison.empty() || version == inside.size()) return false;
    relation.constraint =
        text_index(std::string(comparison) + ' ' + std::string(inside.substr(version)));
  }
  index_.relations.push_back(relation);
  return true;
}

void AptIndexParser::read_tags(std::string_view text) {
  for_each_part(text, ',', [&](std::string_view name) {
    if (!name.empty()) index_.tags.push_back({uint32_t(index_.packages.size()), text_index(name)});
    return true;
  });
}

uint32_t AptIndexParser::text_index(std::string_view text) {
  const auto [place, added] =
      text_indexes_.try_emplace(std::string(text), uint32_t(index_.texts.size()));
  if (added) index_.texts.push_back(place->first);
  return place->second;
}

AptIndex AptIndexParser::finish() {
  end_stanza();
  order(index_);
  std::vector<int64_t> uses(index_.texts.size());
  for (const AptRelation& relation : index_.relations) {
    if (counts_as_use(relation.kind)) ++uses[relation.target];
  }
  for (AptPackage& package : index_.packages) {
    const auto text = text_indexes_.find(package.name);
    if (text != text_indexes_.end()) package.popularity = uses[text->second];
  }
  AptIndex result = std::move(index_);
  *this = AptIndexParser();
  return result;
}

}  // namespace tare
