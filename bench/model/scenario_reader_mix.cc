// The mixes of a load, and the jobs beside it: what names operations.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "bench/model/near_miss.h"
#include "bench/model/scenario_reader_parts.h"

namespace tare {
namespace {

constexpr double kMostRuns = 1'000'000;  // of a job, in a run of the scenario

Nanoseconds from_seconds(double seconds) {
  return std::chrono::round<Nanoseconds>(std::chrono::duration<double>(seconds));
}

bool draws_job_counts(const Operation& operation) {
  return std::any_of(operation.draws.begin(), operation.draws.end(),
                     [](const Draw& draw) { return std::holds_alternative<JobDraw>(draw.source); });
}

// The operations that jobs carry out: they need no weight.
std::vector<std::string> operations_of_jobs(const JsonValue& document) {
  std::vector<std::string> names;
  for (const JsonValue& job : object_in(object_in(document, "load"), "jobs").items) {
    names.push_back(text_in(job, "operation"));
  }
  return names;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void check_weights(const JsonValue& mix, const JsonValue& document,
                   const std::vector<Operation>& operations, ProblemList& problems) {
  const std::vector<std::string> names = names_of(operations), jobs = operations_of_jobs(document);
  std::vector<std::string> slips;  // operations that the author named, wrongly
  for (const std::string& job : jobs) {
    if (const auto near = near_miss(job, names)) slips.push_back(*near);
  }
  for (size_t i = 0; i < mix.names.size(); ++i) {
    const std::string& name = mix.names[i];
    if (contains(names, name)) continue;
    problems.add(mix, mix.items[i],
                 fmt::format("there is no operation \"{}\"{}", name, suggestion(name, names)));
    if (const auto near = near_miss(name, names)) slips.push_back(*near);
  }
  for (const Operation& operation : operations) {
    const JsonValue* weight = mix.find(operation.name);
    if (!weight && !contains(slips, operation.name) && !contains(jobs, operation.name)) {
      problems.add(mix, fmt::format("operation \"{}\" has no weight; give it one, 0 for never",
                                    operation.name));
    }
    if (weight && weight->number > 0 && draws_job_counts(operation)) {
      problems.add(*weight, fmt::format("operation \"{}\" draws the run or batch of a job, which "
                                        "readers do not have; give it to a job instead",
                                        operation.name));
    }
  }
}

}  // namespace

std::vector<double> read_mix(const JsonValue& parent, const JsonValue& document,
                             const std::vector<Operation>& operations, ProblemList& problems) {
  const JsonValue& mix = object_in(parent, "mix");
  std::vector<double> weights;
  for (const Operation& operation : operations) {
    weights.push_back(number_in(mix, operation.name, 0));
  }
  const bool judge = parent.find("mix") && mix.is(JsonKind::object) && problems.sound_at(mix) &&
                     problems.certain(document, "operations");
  if (!judge) return weights;
  check_weights(mix, document, operations, problems);
  if (problems.sound(mix) && std::accumulate(weights.begin(), weights.end(), 0.0) <= 0) {
    problems.add(mix, "all weights are 0; give at least one operation a weight above 0");
  }
  return weights;
}

std::vector<Phase> read_phases(const JsonValue& document, const Load& load,
                               const std::vector<Operation>& operations, ProblemList& problems) {
  std::vector<Phase> phases;
  for (const JsonValue& value : object_in(object_in(document, "load"), "phases").items) {
    Phase phase;
    phase.from = load.warmup + from_seconds(number_in(value, "from_s", 0));
    phase.mix = read_mix(value, document, operations, problems);
    if (problems.sound(value) && phase.from >= load.warmup + load.measure) {
      problems.add(value, "begins after the measured window has ended; lower from_s");
    }
    if (problems.sound(value) && !phases.empty() && phase.from <= phases.back().from) {
      problems.add(value, "begins no later than the phase before it; give them in order");
    }
    phases.push_back(std::move(phase));
  }
  return phases;
}

std::vector<Job> read_jobs(const JsonValue& document, const Load& load,
                           const std::vector<Operation>& operations, ProblemList& problems) {
  std::vector<Job> jobs;
  const JsonValue& values = object_in(object_in(document, "load"), "jobs");
  const std::vector<std::string> names = names_of(operations);
  for (size_t i = 0; i < values.names.size(); ++i) {
    const JsonValue& value = values.items[i];
    Job job;
    job.name = values.names[i];
    const auto found = std::find(names.begin(), names.end(), text_in(value, "operation"));
    job.operation = size_t(found - names.begin());
    const JsonValue* operation = value.find("operation");
    if (operation && found == names.end() && problems.certain(document, "operations")) {
      problems.add(*operation, fmt::format("there is no operation \"{}\"{}", operation->text,
                                           suggestion(operation->text, names)));
    }
    job.every = from_seconds(number_in(value, "every_s", 1));
    job.first = from_seconds(number_in(value, "first_s", 0));
    job.batches = integer_in(value, "batches", 1);
    if (const JsonValue& batches = object_in(value, "batches"); batches.find("until_empty")) {
      job.until = Job::Until::empty;
      job.batches = integer_in(batches, "until_empty", 1);
    }
    job.retries = int(integer_in(value, "retries", 0));
    job.timeout = std::chrono::milliseconds(integer_in(value, "timeout_ms", 60'000));
    const double runs = double((load.measure - job.first).count()) / double(job.every.count());
    if (problems.sound(value) && runs <= 0) {
      problems.add(value, "falls due after the measured window has ended; lower first_s");
    }
    if (problems.sound(value) && runs > kMostRuns) {
      problems.add(value, fmt::format("falls due {:.3g} times; at most 1e6: raise every_s", runs));
    }
    jobs.push_back(std::move(job));
  }
  return jobs;
}

}  // namespace tare
