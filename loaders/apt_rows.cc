#include "loaders/apt_rows.h"

#include <map>
#include <stdexcept>
#include <utility>

namespace tare {

namespace {

using Field = std::optional<std::string>;

void set(Field& field, const std::string& text) {
  if (text.empty()) {
    field.reset();
  } else {
    field = text;
  }
}

void set(Field& field, const std::optional<int64_t>& number) {
  if (number) {
    field = std::to_string(*number);
  } else {
    field.reset();
  }
}

template <auto Member>
void of_package(const AptIndex& index, size_t row, Field& field) {
  set(field, index.packages[row].*Member);
}

void id_of_package(const AptIndex&, size_t row, Field& field) {
  field = std::to_string(row + 1);
}

void popularity(const AptIndex& index, size_t row, Field& field) {
  field = std::to_string(index.packages[row].popularity);
}

void package_of_relation(const AptIndex& index, size_t row, Field& field) {
  field = std::to_string(index.relations[row].package + 1);
}

void kind(const AptIndex& index, size_t row, Field& field) {
  field = to_text(index.relations[row].kind);
}

void target(const AptIndex& index, size_t row, Field& field) {
  field = index.texts[index.relations[row].target];
}

void constraint(const AptIndex& index, size_t row, Field& field) {
  set(field, index.texts[index.relations[row].constraint]);
}

void alternative(const AptIndex& index, size_t row, Field& field) {
  field = std::to_string(index.relations[row].alternative);
}

void package_of_tag(const AptIndex& index, size_t row, Field& field) {
  field = std::to_string(index.tags[row].package + 1);
}

void tag_name(const AptIndex& index, size_t row, Field& field) {
  field = index.texts[index.tags[row].name];
}

}  // namespace

AptRows::Getter AptRows::getter(const std::string& table, const std::string& field) {
  const std::map<std::pair<std::string, std::string>, Getter> getters = {
      {{"packages", "id"}, id_of_package},
      {{"packages", "name"}, of_package<&AptPackage::name>},
      {{"packages", "version"}, of_package<&AptPackage::version>},
      {{"packages", "architecture"}, of_package<&AptPackage::architecture>},
      {{"packages", "section"}, of_package<&AptPackage::section>},
      {{"packages", "priority"}, of_package<&AptPackage::priority>},
      {{"packages", "maintainer"}, of_package<&AptPackage::maintainer>},
      {{"packages", "description"}, of_package<&AptPackage::description>},
      {{"packages", "installed_size_kb"}, of_package<&AptPackage::installed_size_kb>},
      {{"packages", "size_bytes"}, of_package<&AptPackage::size_bytes>},
      {{"packages", "popularity"}, popularity},
      {{"relations", "package_id"}, package_of_relation},
      {{"relations", "kind"}, kind},
      {{"relations", "target"}, target},
      {{"relations", "version_constraint"}, constraint},
      {{"relations", "alternative"}, alternative},
      {{"tags", "package_id"}, package_of_tag},
      {{"tags", "name"}, tag_name}};
  const auto found = getters.find({table, field});
  if (found == getters.end()) {
    throw std::invalid_argument("the apt index has no field " + field + " in " + table);
  }
  return found->second;
}

AptRows::AptRows(const AptIndex& index, const std::string& table,
                 const std::vector<std::string>& fields)
    : index_(index) {
  for (const std::string& field : fields) getters_.push_back(getter(table, field));
  if (table == "packages") size_ = index.packages.size();
  if (table == "relations") size_ = index.relations.size();
  if (table == "tags") size_ = index.tags.size();
}

bool AptRows::next(SqlRow& row) {
  if (next_ == size_) return false;
  row.resize(getters_.size());
  for (size_t i = 0; i < getters_.size(); ++i) getters_[i](index_, next_, row[i]);
  ++next_;
  return true;
}

}  // namespace tare
