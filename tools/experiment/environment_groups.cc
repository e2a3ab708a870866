#include "tools/experiment/environment_groups.h"

#include <utility>

#include "tools/experiment/environment_cache.h"
#include "tools/experiment/environment_data.h"
#include "tools/experiment/environment_machine.h"
#include "tools/experiment/environment_queries.h"
#include "tools/experiment/environment_schema.h"
#include "tools/experiment/environment_server.h"

namespace tare {
namespace {

// Two readers may know of one group: of different details.
void add(EnvironmentGroups more, EnvironmentGroups& groups) {
  for (auto& [name, group] : more) {
    EnvironmentGroup& whole = groups[name];
    whole.details.merge(group.details);
    whole.left_out += group.left_out;
    whole.left_out_digest += group.left_out_digest;
    if (whole.not_read.empty()) whole.not_read = std::move(group.not_read);
  }
}

EnvironmentGroup client_group() {
  EnvironmentGroup group;
#ifdef __OPTIMIZE__
  group.details["build"] = "optimised";
#else
  group.details["build"] = "not optimised";
#endif
  return group;
}

}  // namespace

EnvironmentGroups read_environment_groups(PostgresControl& postgres, RedisControl& redis,
                                          const EnvironmentOf& of) {
  EnvironmentGroups groups;
  groups["client"] = client_group();
  groups["host"] = read_machine_group();
  {
    EnvironmentQueries queries(postgres);
    add(read_server_groups(queries), groups);
    add(read_schema_groups(queries), groups);
    add(read_data_groups(queries, of.template_database), groups);
  }
  add(read_cache_groups(redis, {of.start, of.key_patterns}), groups);
  return groups;
}

}  // namespace tare
