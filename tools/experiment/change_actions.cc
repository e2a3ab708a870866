#include "tools/experiment/change_actions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bench/model/problem.h"

namespace tare {
namespace {

[[noreturn]] void fail(const Change& change, const std::string& pointer, const std::string& message,
                       size_t done, size_t total) {
  throw FileProblems({{change.file.string(), pointer,
                       fmt::format("{}; {} of {} steps had been carried out. Correct it and run "
                                   "again: every trial starts from a fresh copy of the data",
                                   message, done, total)}});
}

}  // namespace

void carry_out(const Change& change, ActionList list, PostgresControl& postgres,
               RedisControl& redis, EventLog& log) {
  const bool applying = list == ActionList::apply;
  const std::vector<Action>& actions = applying ? change.apply : change.rollback;
  const char* name = applying ? "apply" : "rollback";
  for (size_t i = 0; i < actions.size(); ++i) {
    if (const auto* sql = std::get_if<SqlAction>(&actions[i])) {
      log.add(name, {{"sql", sql->sql}});
      try {
        postgres.execute(sql->sql);
      } catch (const SqlError& error) {
        fail(change, fmt::format("/{}/{}/sql", name, i), to_text(error), i, actions.size());
      }
    } else {
      const auto& arguments = std::get<RedisAction>(actions[i]).arguments;
      log.add(name, {{"redis", fmt::format("{}", fmt::join(arguments, " "))}});
      try {
        redis.command(arguments);
      } catch (const RedisError& error) {
        fail(change, fmt::format("/{}/{}/redis", name, i), error.message(), i, actions.size());
      }
    }
  }
}

}  // namespace tare
