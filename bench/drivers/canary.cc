#include "bench/drivers/canary.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <cstdlib>

namespace tare {
namespace {

constexpr int kParametersLimited = 160000;  // log_parameter_max_length

// Without timing, whose clock costs more than all the rest. No row: the library is not there, and
// PostgreSQL would take the names for anybody's.
std::string settings_statement(double sample_rate, int version) {
  std::string calls = "set_config('client_min_messages', 'notice', false)";
  const auto set = [&](const char* name, const std::string& value) {
    calls += fmt::format(", set_config('auto_explain.{}', '{}', false)", name, value);
  };
  set("log_level", "notice");
  set("log_format", "json");
  set("log_analyze", "on");
  set("log_timing", "off");
  set("log_buffers", "on");
  set("log_settings", "on");
  set("log_triggers", "off");
  set("log_verbose", "off");
  set("log_nested_statements", "off");
  if (version >= kParametersLimited) set("log_parameter_max_length", "0");
  set("sample_rate", fmt::format("{:.6f}", sample_rate));
  set("log_min_duration", "0");
  return "SELECT " + calls + " FROM pg_settings WHERE name = 'auto_explain.log_min_duration'";
}

std::string error_of(const pg_result* answer) {
  const char* text = PQresultErrorField(answer, PG_DIAG_MESSAGE_PRIMARY);
  const char* state = PQresultErrorField(answer, PG_DIAG_SQLSTATE);
  return fmt::format("{} (SQLSTATE {})", text ? text : "no reason given", state ? state : "?");
}

}  // namespace

Canary::Canary(const CanaryOptions& options, size_t statements)
    : options_(options), service_(statements) {
  if (options.role == SessionRole::canary) notices_.emplace();
}

void Canary::begin(pg_conn& connection) {
  if (!notices_) return;
  process_ = PQbackendPID(&connection);
  settings_ = settings_statement(options_.sample_rate, PQserverVersion(&connection));
  step_ = Step::ask_process;
  off_.clear();
  load_error_.clear();
  PQsetNoticeReceiver(
      &connection,
      [](void* notices, const pg_result* notice) {
        const char* message = PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);
        if (message != nullptr) static_cast<PlanNotices*>(notices)->receive(message);
      },
      &*notices_);
}

const char* Canary::next_statement() const {
  switch (step_) {
    case Step::ask_process:
      return "SELECT pg_backend_pid()";
    case Step::load:
      return "LOAD 'auto_explain'";
    case Step::set:
      return settings_.c_str();
    case Step::done:
      break;
  }
  return nullptr;
}

void Canary::turn_off(std::string why) {
  off_ = std::move(why);
  step_ = Step::done;
}

void Canary::take(const pg_result* answer) {
  const ExecStatusType status = PQresultStatus(answer);
  const bool rows = status == PGRES_TUPLES_OK && PQntuples(answer) == 1;
  switch (step_) {
    case Step::ask_process:
      if (!rows || std::atoi(PQgetvalue(answer, 0, 0)) != process_) {
        return turn_off("a pooler is in between, whose other clients would feel its settings");
      }
      step_ = Step::load;
      return;
    case Step::load:  // refused, it may still be there: preloaded for the role
      if (status != PGRES_COMMAND_OK) load_error_ = error_of(answer);
      step_ = Step::set;
      return;
    case Step::set:
      if (rows) {
        step_ = Step::done;
      } else if (status != PGRES_TUPLES_OK) {
        turn_off(error_of(answer));
      } else {
        turn_off(load_error_.empty() ? "it is not loaded" : load_error_);
      }
      return;
    case Step::done:
      return;
  }
}

void Canary::answered(const Call& call) {
  if (call.reply.status == CallStatus::ok) {
    service_[call.index].record((call.reply.done - call.reply.sent).count());
    if (notices_) notices_->tie(call);
  } else if (notices_) {
    notices_->forget();
  }
}

void Canary::end() {
  if (notices_) notices_->end();
}

void Canary::tell(SessionReport& report) const {
  report.role = options_.role;
  report.auto_explain_off = off_;
  for (const Histogram& histogram : service_) report.service_ns.push_back(histogram.summary());
  if (notices_) notices_->tell(report);
}

}  // namespace tare
