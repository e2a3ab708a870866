#include "bench/model/result_file_review.h"

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

namespace tare {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

template <typename Value>
using Names = std::vector<std::pair<Value, const char*>>;

const Names<IndexRole> kRoles = {{IndexRole::plain, "plain"},
                                 {IndexRole::unique, "unique"},
                                 {IndexRole::constraint, "constraint"}};
const Names<IndexFindingKind> kKinds = {{IndexFindingKind::sequential_scan, "sequential_scan"},
                                        {IndexFindingKind::low_hot_share, "low_hot_share"},
                                        {IndexFindingKind::duplicate, "duplicate"},
                                        {IndexFindingKind::prefix, "prefix"},
                                        {IndexFindingKind::unused, "unused"}};

template <typename Value>
const char* name_of(const Names<Value>& names, Value value) {
  for (const auto& [known, name] : names) {
    if (known == value) return name;
  }
  throw std::logic_error("a value without a name");
}

template <typename Value>
Value value_of(const Names<Value>& names, const std::string& text) {
  for (const auto& [value, name] : names) {
    if (text == name) return value;
  }
  throw std::invalid_argument("unknown word \"" + text + "\"");
}

// ---- writing ------------------------------------------------------------------------------

ordered_json written(const WriteCost& cost) {
  return {{"operation", cost.operation},
          {"step", cost.step},
          {"command", cost.command},
          {"wal_bytes", cost.wal_bytes},
          {"wal_bytes_with", cost.wal_bytes_with},
          {"wal_records", cost.wal_records},
          {"blocks", cost.blocks},
          {"samples", cost.samples},
          {"updates", cost.updates},
          {"hot_with", cost.hot_with},
          {"hot_without", cost.hot_without}};
}

ordered_json written(const IndexUse& index) {
  ordered_json keys = ordered_json::array(), costs = ordered_json::array();
  for (const IndexKey& key : index.keys) {
    keys.push_back(ordered_json{{"expression", key.expression},
                                {"operator_class", key.operator_class},
                                {"collation", key.collation},
                                {"order", key.order}});
  }
  for (const WriteCost& cost : index.costs) costs.push_back(written(cost));
  return {{"schema", index.schema},
          {"name", index.name},
          {"partition", index.partition},
          {"definition", index.definition},
          {"access_method", index.access_method},
          {"keys", keys},
          {"included", index.included},
          {"columns", index.columns},
          {"predicate", index.predicate},
          {"unique_rule", index.unique_rule},
          {"role", name_of(kRoles, index.role)},
          {"needed_by", index.needed_by},
          {"valid", index.state == IndexState::valid},
          {"replica_identity", index.replica_identity == ReplicaIdentity::yes},
          {"size_bytes", index.size_bytes},
          {"scans", index.scans},
          {"tuples_read", index.tuples_read},
          {"tuples_fetched", index.tuples_fetched},
          {"costs", costs},
          {"not_measured", index.not_measured}};
}

ordered_json written(const TableUse& table) {
  ordered_json indexes = ordered_json::array();
  for (const IndexUse& index : table.indexes) indexes.push_back(written(index));
  return {{"schema", table.schema},         {"name", table.name},
          {"partitions", table.partitions}, {"rows", table.rows},
          {"size_bytes", table.size_bytes}, {"inserts", table.inserts},
          {"updates", table.updates},       {"hot_updates", table.hot_updates},
          {"deletes", table.deletes},       {"seq_scans", table.seq_scans},
          {"seq_rows", table.seq_rows},     {"indexes", indexes}};
}

// ---- reading ------------------------------------------------------------------------------

void read(const json& value, const char* name, int64_t& into) {
  into = value.at(name).get<int64_t>();
}
void read(const json& value, const char* name, std::string& into) {
  into = value.at(name).get<std::string>();
}
void read(const json& value, const char* name, std::vector<std::string>& into) {
  into = value.at(name).get<std::vector<std::string>>();
}

WriteCost read_cost(const json& value) {
  WriteCost cost;
  read(value, "operation", cost.operation);
  read(value, "step", cost.step);
  read(value, "command", cost.command);
  read(value, "wal_bytes", cost.wal_bytes);
  read(value, "wal_bytes_with", cost.wal_bytes_with);
  read(value, "wal_records", cost.wal_records);
  read(value, "blocks", cost.blocks);
  read(value, "samples", cost.samples);
  read(value, "updates", cost.updates);
  read(value, "hot_with", cost.hot_with);
  read(value, "hot_without", cost.hot_without);
  return cost;
}

IndexUse read_index(const json& value) {
  IndexUse index;
  read(value, "schema", index.schema);
  read(value, "name", index.name);
  read(value, "partition", index.partition);
  read(value, "definition", index.definition);
  read(value, "access_method", index.access_method);
  for (const json& entry : value.at("keys")) {
    IndexKey& key = index.keys.emplace_back();
    read(entry, "expression", key.expression);
    read(entry, "operator_class", key.operator_class);
    read(entry, "collation", key.collation);
    read(entry, "order", key.order);
  }
  read(value, "included", index.included);
  read(value, "columns", index.columns);
  read(value, "predicate", index.predicate);
  read(value, "unique_rule", index.unique_rule);
  index.role = value_of(kRoles, value.at("role").get<std::string>());
  read(value, "needed_by", index.needed_by);
  if (!value.at("valid").get<bool>()) index.state = IndexState::invalid;
  if (value.at("replica_identity").get<bool>()) index.replica_identity = ReplicaIdentity::yes;
  read(value, "size_bytes", index.size_bytes);
  read(value, "scans", index.scans);
  read(value, "tuples_read", index.tuples_read);
  read(value, "tuples_fetched", index.tuples_fetched);
  for (const json& cost : value.at("costs")) index.costs.push_back(read_cost(cost));
  read(value, "not_measured", index.not_measured);
  return index;
}

TableUse read_table(const json& value) {
  TableUse table;
  read(value, "schema", table.schema);
  read(value, "name", table.name);
  read(value, "partitions", table.partitions);
  read(value, "rows", table.rows);
  read(value, "size_bytes", table.size_bytes);
  read(value, "inserts", table.inserts);
  read(value, "updates", table.updates);
  read(value, "hot_updates", table.hot_updates);
  read(value, "deletes", table.deletes);
  read(value, "seq_scans", table.seq_scans);
  read(value, "seq_rows", table.seq_rows);
  for (const json& index : value.at("indexes")) table.indexes.push_back(read_index(index));
  return table;
}

IndexFinding read_finding(const json& value) {
  IndexFinding finding;
  finding.kind = value_of(kKinds, value.at("kind").get<std::string>());
  read(value, "table", finding.table);
  read(value, "index", finding.index);
  read(value, "evidence", finding.evidence);
  read(value, "cautions", finding.cautions);
  return finding;
}

}  // namespace

std::string index_review_to_json(const IndexReview& review) {
  ordered_json out;
  out["seconds"] = review.seconds;
  out["requests"] = review.requests;
  if (review.wal) {
    out["wal"] = {{"records", review.wal->records},
                  {"full_page_images", review.wal->full_page_images},
                  {"bytes", review.wal->bytes}};
  }
  out["findings"] = ordered_json::array();
  for (const IndexFinding& finding : review.findings) {
    out["findings"].push_back(ordered_json{{"kind", name_of(kKinds, finding.kind)},
                                           {"table", finding.table},
                                           {"index", finding.index},
                                           {"evidence", finding.evidence},
                                           {"cautions", finding.cautions}});
  }
  out["tables"] = ordered_json::array();
  for (const TableUse& table : review.tables) out["tables"].push_back(written(table));
  out["notes"] = review.notes;
  return out.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

IndexReview index_review_from_json(std::string_view text) {
  const json value = json::parse(text);
  IndexReview review;
  review.seconds = value.at("seconds").get<double>();
  read(value, "requests", review.requests);
  if (const auto wal = value.find("wal"); wal != value.end()) {
    review.wal.emplace();
    read(*wal, "records", review.wal->records);
    read(*wal, "full_page_images", review.wal->full_page_images);
    read(*wal, "bytes", review.wal->bytes);
  }
  for (const json& finding : value.at("findings")) {
    review.findings.push_back(read_finding(finding));
  }
  for (const json& table : value.at("tables")) review.tables.push_back(read_table(table));
  read(value, "notes", review.notes);
  return review;
}

}  // namespace tare
