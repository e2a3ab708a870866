#include "bench/engine/traffic.h"

#include <fmt/format.h>

#include <charconv>

#include "bench/model/problem.h"

namespace tare {
namespace {

constexpr uint64_t kRequestStream = 2;
constexpr uint64_t kJobStream = 16;  // and one more for each job

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

Template literal(const std::string& text) {
  return Template{text, {TemplatePart{text, std::nullopt}}};
}

// Digits and a closing NUL fit: 20 characters at most.
std::string_view write_integer(int64_t value, std::array<char, 24>& digits) {
  char* end = std::to_chars(digits.data(), digits.data() + digits.size() - 1, value).ptr;
  *end = '\0';
  return {digits.data(), size_t(end - digits.data())};
}

bool writes(const Step& step) {
  return std::visit(Overloaded{[](const CachedStep& cached) { return cached.on_miss.writes; },
                               [](const auto& plain) { return plain.writes; }},
                    step);
}

}  // namespace

Traffic::Traffic(const Scenario& scenario, std::vector<ValueSet> column_values)
    : seed_(scenario.seed) {
  mixes_.push_back({Nanoseconds(0), AliasTable(scenario.load.mix)});
  for (const Phase& phase : scenario.load.phases) {
    mixes_.push_back({phase.from, AliasTable(phase.mix)});
  }
  std::vector<Problem> problems;
  size_t next_set = 0;
  for (const Operation& operation : scenario.operations) {
    auto& sources = sources_.emplace_back();
    for (const Draw& draw : operation.draws) {
      if (const auto* column = std::get_if<ColumnDraw>(&draw.source)) {
        ValueSet set = std::move(column_values.at(next_set++));
        if (set.values.empty()) {
          problems.push_back({scenario.file.string(),
                              fmt::format("/operations/{}/draw/{}", operation.name, draw.name),
                              fmt::format("{}.{} holds no value to draw; check the data set",
                                          column->table, column->column)});
          continue;
        }
        sources.push_back(column_source(*column, std::move(set)));
      } else if (const auto* integer = std::get_if<IntegerDraw>(&draw.source)) {
        sources.push_back(integer_source(*integer));
      } else if (const auto* share = std::get_if<ShareDraw>(&draw.source)) {
        sources.push_back(ShareSource{share->share});
      } else {
        sources.push_back(JobSource{std::get<JobDraw>(draw.source).count});
      }
    }
    add_operation(scenario, operation);
    if (operations_.back().call_names.size() > kMaxCalls) {
      problems.push_back({scenario.file.string(),
                          fmt::format("/operations/{}/steps", operation.name),
                          fmt::format("makes up to {} calls; at most {} (a cached step counts 3): "
                                      "split the operation",
                                      operations_.back().call_names.size(), kMaxCalls)});
    }
  }
  if (!problems.empty()) throw FileProblems(std::move(problems));
  add_jobs(scenario.load);
}

void Traffic::add_jobs(const Load& load) {
  for (const Job& job : load.jobs) {
    JobTraffic traffic{job.name,  job.operation,         job.every,   uint32_t(job.batches),
                       job.until, uint32_t(job.retries), job.timeout, {}};
    for (Nanoseconds due = load.warmup + job.first; due < load.warmup + load.measure;
         due += job.every) {
      traffic.due_s.push_back(std::chrono::duration<double>(due).count());
    }
    jobs_.push_back(std::move(traffic));
  }
}

Traffic::Source Traffic::column_source(const ColumnDraw& draw, ValueSet set) {
  ColumnSource source;
  if (const auto* zipf = std::get_if<ZipfSkew>(&draw.skew)) {
    source.popularity.emplace<Zipf>(set.values.size(), zipf->exponent);
  } else if (const auto* hotspot = std::get_if<HotspotSkew>(&draw.skew)) {
    source.popularity.emplace<Hotspot>(set.values.size(), hotspot->values, hotspot->requests);
  } else if (const auto* latest = std::get_if<LatestSkew>(&draw.skew)) {
    source.popularity.emplace<Latest>(set.values.size(), latest->exponent);
  } else if (!set.weights.empty()) {
    source.popularity.emplace<AliasTable>(set.weights);
  }
  source.set = std::move(set);
  return source;
}

Traffic::Source Traffic::integer_source(const IntegerDraw& draw) {
  IntegerSource source{draw.minimum, uint64_t(draw.maximum) - uint64_t(draw.minimum) + 1, {}};
  if (const auto* zipf = std::get_if<ZipfSkew>(&draw.skew)) {
    source.popularity.emplace<Zipf>(source.count, zipf->exponent);
  } else if (const auto* hotspot = std::get_if<HotspotSkew>(&draw.skew)) {
    source.popularity.emplace<Hotspot>(source.count, hotspot->values, hotspot->requests);
  } else if (const auto* latest = std::get_if<LatestSkew>(&draw.skew)) {
    source.popularity.emplace<Latest>(source.count, latest->exponent);
  }
  return source;
}

PlannedCall Traffic::plan_sql(const SqlStep& step, const std::string& name,
                              OperationTraffic& operation) {
  PlannedCall call{Server::postgres, sql_calls_.size(), operation.call_names.size(), step.expect};
  sql_calls_.push_back({step.sql, step.parameters});
  operation.call_names.push_back(name);
  return call;
}

PlannedCall Traffic::plan_redis(RedisCall redis, const Expect& expect, const std::string& name,
                                OperationTraffic& operation) {
  PlannedCall call{Server::redis, redis_calls_.size(), operation.call_names.size(), expect};
  redis_calls_.push_back(std::move(redis));
  operation.call_names.push_back(name);
  return call;
}

void Traffic::add_operation(const Scenario& scenario, const Operation& operation) {
  OperationTraffic traffic;
  traffic.name = operation.name;
  for (const Step& step : operation.steps) {
    if (writes(step)) traffic.path = Path::write;
    if (const auto* sql = std::get_if<SqlStep>(&step)) {
      traffic.steps.push_back(PlainStep{plan_sql(*sql, sql->name, traffic)});
    } else if (const auto* redis = std::get_if<RedisStep>(&step)) {
      traffic.steps.push_back(
          PlainStep{plan_redis({redis->arguments, {}}, redis->expect, redis->name, traffic)});
    } else {
      const auto& cached = std::get<CachedStep>(step);
      const std::string ttl = std::to_string(scenario.cache_rules.at(cached.rule).ttl_s);
      CacheStep plan;
      plan.rule = cached.rule;
      plan.bypass = cached.bypass;
      plan.get = plan_redis({{literal("GET"), cached.key}, {}}, {}, cached.name + ".get", traffic);
      plan.query = plan_sql(cached.on_miss, cached.name + ".query", traffic);
      plan.set =
          plan_redis({{literal("SET"), cached.key, literal(""), literal("EX"), literal(ttl)}, 2},
                     {}, cached.name + ".set", traffic);
      traffic.steps.push_back(plan);
    }
  }
  operations_.push_back(std::move(traffic));
}

std::string_view Traffic::draw(const Source& source, Random& random, const JobPlace& place,
                               std::array<char, 24>& digits) {
  if (const auto* column = std::get_if<ColumnSource>(&source)) {
    const uint64_t index = std::visit(
        Overloaded{[&](std::monostate) { return random.below(column->set.values.size()); },
                   [&](const auto& popularity) { return popularity.draw(random); }},
        column->popularity);
    return column->set.values[index];
  }
  if (const auto* integer = std::get_if<IntegerSource>(&source)) {
    const uint64_t offset = std::visit(
        Overloaded{[&](std::monostate) {
                     return integer->count == 0 ? random.bits() : random.below(integer->count);
                   },
                   [&](const auto& popularity) { return popularity.draw(random); }},
        integer->popularity);
    return write_integer(int64_t(uint64_t(integer->minimum) + offset), digits);
  }
  if (const auto* share = std::get_if<ShareSource>(&source)) {
    return write_integer(random.unit() < share->share ? 1 : 0, digits);
  }
  const bool batch = std::get<JobSource>(source).count == JobDraw::Count::batch;
  return write_integer(batch ? int64_t(place.batch) : int64_t(place.run) + 1, digits);
}

void Traffic::make(uint64_t number, Nanoseconds intended, Request& request) const {
  Random random(seed_, kRequestStream, number);
  request.number = number;
  request.intended = intended;
  size_t phase = 0;
  while (phase + 1 < mixes_.size() && intended >= mixes_[phase + 1].from) ++phase;
  request.operation = mixes_[phase].operations.draw(random);
  fill(random, {}, request);
}

bool Traffic::make_in_any_phase(uint64_t number, size_t operation, Request& request) const {
  for (const Mix& mix : mixes_) {
    make(number, mix.from, request);
    if (request.operation == operation) return true;
  }
  return false;
}

void Traffic::make_batch(size_t job, uint64_t run, uint32_t batch, Nanoseconds intended,
                         Request& request) const {
  Random random(seed_, kJobStream + job, run << 32 | batch);
  request.number = run;
  request.intended = intended;
  request.operation = jobs_[job].operation;
  fill(random, {run, batch}, request);
}

void Traffic::fill(Random& random, const JobPlace& place, Request& request) const {
  const std::vector<Source>& sources = sources_[request.operation];
  for (size_t i = 0; i < sources.size(); ++i) {
    request.values[i] = draw(sources[i], random, place, request.digits[i]);
  }
  for (size_t i = sources.size(); i < kMaxDraws; ++i) request.values[i] = {};
}

uint64_t Traffic::digest(const Request& request, Times times) {
  const int64_t intended = times == Times::digested ? request.intended.count() : 0;
  uint64_t hash = hash_bytes(&request.number, sizeof request.number);
  hash = hash_bytes(&intended, sizeof intended, hash);
  hash = hash_bytes(&request.operation, sizeof request.operation, hash);
  for (std::string_view value : request.values) {
    hash = hash_bytes(value.data(), value.size(), hash);
    hash = hash_bytes("|", 1, hash);
  }
  return mix_bits(hash);
}

std::vector<ColumnDraw> column_draws(const Scenario& scenario) {
  std::vector<ColumnDraw> draws;
  for (const Operation& operation : scenario.operations) {
    for (const Draw& draw : operation.draws) {
      if (const auto* column = std::get_if<ColumnDraw>(&draw.source)) draws.push_back(*column);
    }
  }
  return draws;
}

}  // namespace tare
