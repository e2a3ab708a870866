#include "bench/model/scenario_patch.h"

#include <fmt/format.h>

#include "bench/model/near_miss.h"

namespace tare {
namespace {

// A value keeps its pointer from the root of the document it is in.
void place(JsonValue& value, const std::string& pointer) {
  value.pointer = pointer;
  for (size_t i = 0; i < value.items.size(); ++i) {
    place(value.items[i],
          pointer + "/" +
              (value.is(JsonKind::object) ? pointer_token(value.names[i]) : std::to_string(i)));
  }
}

JsonValue* find_member(JsonValue& object, const std::string& name) {
  for (size_t i = 0; i < object.names.size(); ++i) {
    if (object.names[i] == name) return &object.items[i];
  }
  return nullptr;
}

void remove_member(JsonValue& object, const std::string& name) {
  for (size_t i = 0; i < object.names.size(); ++i) {
    if (object.names[i] != name) continue;
    object.names.erase(object.names.begin() + long(i));
    object.items.erase(object.items.begin() + long(i));
    return;
  }
}

void merge(JsonValue& target, const JsonValue& patch) {
  if (!patch.is(JsonKind::object)) {
    const std::string pointer = target.pointer;
    target = patch;
    place(target, pointer);
    return;
  }
  if (!target.is(JsonKind::object)) {
    const std::string pointer = target.pointer;
    target = json_object();
    target.pointer = pointer;
    target.place = patch.place;
  }
  for (size_t i = 0; i < patch.names.size(); ++i) {
    const std::string& name = patch.names[i];
    if (patch.items[i].is(JsonKind::null)) {
      remove_member(target, name);
    } else if (JsonValue* member = find_member(target, name)) {
      merge(*member, patch.items[i]);
    } else {
      JsonValue added = json_object();
      added.pointer = target.pointer + "/" + pointer_token(name);
      merge(added, patch.items[i]);
      target.set(name, std::move(added));
    }
  }
}

void merge_operations(JsonValue& operations, const JsonValue& patch, ProblemList& problems) {
  for (size_t i = 0; i < patch.names.size(); ++i) {
    if (patch.items[i].is(JsonKind::null)) {
      problems.add(patch.items[i], "an operation cannot be taken away: the mix asks for it");
    } else if (!operations.find(patch.names[i])) {
      problems.add(patch.items[i],
                   fmt::format("the scenario has no operation \"{}\"{}", patch.names[i],
                               suggestion(patch.names[i], operations.names)));
    }
  }
  if (problems.empty()) merge(operations, patch);
}

void merge_rules(JsonValue& rules, const JsonValue& patch, ProblemList& problems) {
  for (size_t i = 0; i < patch.names.size(); ++i) {
    const std::string& name = patch.names[i];
    JsonValue* rule = nullptr;
    std::vector<std::string> known;
    for (JsonValue& item : rules.items) {
      known.push_back(text_in(item, "name"));
      if (known.back() == name) rule = &item;
    }
    if (!rule) {
      problems.add(patch.items[i], fmt::format("the scenario has no cache rule \"{}\"{}", name,
                                               suggestion(name, known)));
    } else if (!patch.items[i].is(JsonKind::object)) {
      problems.add(patch.items[i], "must be an object: {...}");
    } else {
      merge(*rule, patch.items[i]);
    }
  }
}

}  // namespace

void apply_patch(JsonValue& document, const JsonValue& patch, ProblemList& problems) {
  for (size_t i = 0; i < patch.names.size(); ++i) {
    JsonValue* part = find_member(document, patch.names[i]);
    if (!part || part->is(JsonKind::null)) {
      problems.add(patch.items[i],
                   fmt::format("the scenario has no \"{}\" to patch", patch.names[i]));
    } else if (patch.names[i] == "cache_rules") {
      merge_rules(*part, patch.items[i], problems);
    } else if (patch.names[i] == "load") {
      merge(*part, patch.items[i]);
    } else {
      merge_operations(*part, patch.items[i], problems);
    }
  }
}

std::string place_in_patch(const JsonValue& document, const std::string& pointer) {
  constexpr std::string_view kRules = "/cache_rules/";
  if (pointer.rfind(kRules, 0) != 0) return "/scenario" + pointer;
  const size_t end = pointer.find('/', kRules.size());
  const std::string rule = pointer.substr(0, end);
  for (const JsonValue& item : object_in(document, "cache_rules").items) {
    if (item.pointer != rule) continue;
    return "/scenario" + std::string(kRules) + pointer_token(text_in(item, "name")) +
           (end == std::string::npos ? "" : pointer.substr(end));
  }
  return "/scenario" + pointer;
}

}  // namespace tare
