#include "bench/model/problem_list.h"

#include <algorithm>

namespace tare {

void ProblemList::add(const JsonValue& at, std::string message) {
  add(at, at, std::move(message));
}

void ProblemList::add(const JsonValue& owner, const JsonValue& member, std::string message) {
  touched_.insert(owner.pointer);
  findings_.push_back({member.place, {file_, owner.pointer, std::move(message)}});
}

bool ProblemList::sound(const JsonValue& at) const {
  if (!sound_at(at)) return false;
  const std::string inside = at.pointer + "/";
  const auto next = touched_.lower_bound(inside);
  return next == touched_.end() || next->compare(0, inside.size(), inside) != 0;
}

bool ProblemList::certain(const JsonValue& parent, std::string_view name) const {
  const JsonValue* value = parent.find(name);
  return sound_at(value ? *value : parent);
}

std::vector<Problem> ProblemList::sorted() const {
  std::vector<Finding> findings = findings_;
  std::stable_sort(findings.begin(), findings.end(),
                   [](const Finding& a, const Finding& b) { return a.place < b.place; });
  std::vector<Problem> problems;
  for (Finding& finding : findings) problems.push_back(std::move(finding.problem));
  return problems;
}

void ProblemList::throw_if_any() const {
  if (!empty()) throw FileProblems(sorted());
}

}  // namespace tare
