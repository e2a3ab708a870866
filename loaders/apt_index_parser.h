// Turns the stanzas that apt-cache prints into an AptIndex, line by line.
// Level: loaders. One thread. Keeps what the index needs, never the text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "loaders/apt_index.h"

namespace tare {

class AptIndexParser {
 public:
  AptIndexParser();

  // A line without its end; an empty one ends a stanza. A stanza is skipped and counted as
  // malformed when a line is no field, is over 1 MiB or is not UTF-8, when Package, Version or
  // Architecture is missing, or when a size or relation cannot be read.
  void add_line(std::string_view line);

  // Ends the last stanza, orders everything and counts popularity. The parser is empty afterwards.
  AptIndex finish();

 private:
  void end_stanza();
  bool read_relations(AptRelationKind kind, std::string_view text);
  bool read_relation(AptRelation relation, std::string_view text);
  void read_tags(std::string_view text);
  uint32_t text_index(std::string_view text);

  AptIndex index_;  // relations and tags refer to packages in the order they were read
  std::unordered_map<std::string, uint32_t> text_indexes_;
  std::unordered_set<std::string> seen_;  // name and architecture

  std::unordered_map<std::string, std::string> fields_;  // of the stanza being read
  std::string* folding_ = nullptr;  // the field that a folded line goes on; null: ignored
  bool in_stanza_ = false;
  bool malformed_ = false;
};

// Whether `text` is well-formed UTF-8 without a zero byte, as PostgreSQL asks of text.
bool is_clean_utf8(std::string_view text);

}  // namespace tare
