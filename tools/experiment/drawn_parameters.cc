#include "tools/experiment/drawn_parameters.h"

#include <algorithm>
#include <map>

namespace tare {
namespace {

constexpr uint64_t kLongestSearch = 100'000;  // requests looked at for an operation's first ones
constexpr uint32_t kBatches = 20;             // of a job's run
constexpr size_t kRequests = 1000;            // of the operation

DrawnParameters drawn(const Request& request, const SqlCall& statement) {
  DrawnParameters parameters;
  for (size_t draw : statement.parameters) parameters.emplace_back(request.values[draw]);
  return parameters;
}

}  // namespace

std::vector<DrawnParameters> first_parameters(const Traffic& traffic, const SqlStepCall& call) {
  const SqlCall& statement = traffic.sql_calls()[call.index];
  std::vector<DrawnParameters> all;
  Request request;
  for (size_t job = 0; job < traffic.jobs().size(); ++job) {
    if (traffic.jobs()[job].operation != call.operation) continue;
    const uint32_t batches = std::min(traffic.jobs()[job].batches, kBatches);
    for (uint32_t batch = 1; batch <= batches; ++batch) {
      traffic.make_batch(job, 0, batch, Nanoseconds(0), request);
      all.push_back(drawn(request, statement));
    }
    return all;
  }
  for (uint64_t number = 0; number < kLongestSearch && all.size() < kRequests; ++number) {
    if (!traffic.make_in_any_phase(number, call.operation, request)) continue;
    all.push_back(drawn(request, statement));
  }
  return all;
}

std::vector<std::pair<DrawnParameters, int64_t>> weighed(const std::vector<DrawnParameters>& all,
                                                         size_t frequent, size_t others) {
  std::map<DrawnParameters, int64_t> counts;
  std::vector<std::pair<DrawnParameters, int64_t>> sets;
  for (const DrawnParameters& parameters : all) {
    if (++counts[parameters] == 1) sets.emplace_back(parameters, 0);
  }
  for (auto& [parameters, count] : sets) count = counts[parameters];
  std::vector<std::pair<DrawnParameters, int64_t>> chosen = sets;
  std::stable_sort(chosen.begin(), chosen.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  chosen.resize(std::min(chosen.size(), frequent));
  const size_t most = chosen.size() + others;
  const size_t first_other = chosen.size();
  auto left = int64_t(all.size());
  for (const auto& [parameters, count] : chosen) left -= count;
  for (const auto& set : sets) {
    if (chosen.size() == most) break;
    if (std::find(chosen.begin(), chosen.end(), set) == chosen.end()) chosen.push_back(set);
  }
  // The rest is shared out among them alike, without loss.
  for (size_t i = first_other; i < chosen.size(); ++i) {
    const auto shares = int64_t(chosen.size() - i);
    chosen[i].second = std::max<int64_t>(left / shares, 1);
    left -= chosen[i].second;
  }
  return chosen;
}

}  // namespace tare
