#include "bench/drivers/postgres_session.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <cstdlib>
#include <optional>
#include <utility>

#include "bench/drivers/plan_use.h"
#include "bench/drivers/postgres_connection.h"
#include "bench/drivers/reconnect.h"
#include "bench/drivers/row_json.h"
#include "bench/drivers/statement_sender.h"

namespace tare {
namespace {

using Descriptor = asio::posix::stream_descriptor;

constexpr Nanoseconds kLongestAsking = std::chrono::seconds(1);  // when the load is over

class PostgresSession final : public Session, private Alarm {
 public:
  PostgresSession(AsioLoop& loop, const PostgresEndpoint& endpoint,
                  const std::vector<SqlCall>& calls, const PostgresSessionOptions& options)
      : loop_(loop),
        endpoint_(endpoint),
        calls_(calls),
        statement_limit_(std::chrono::ceil<std::chrono::milliseconds>(options.timeout)),
        sender_(make_statement_sender(options.protocol, calls)),
        descriptor_(loop.context()),
        memory_(loop.make_handler_memory()) {
    if (options.canary.role != SessionRole::plain) canary_.emplace(options.canary, calls.size());
  }
  ~PostgresSession() override {
    loop_.disarm(*this);
    let_go();
  }

  void open(SessionOwner& owner) override {
    owner_ = &owner;
    connect();
  }

  void start(Call& call) override {
    call_ = &call;
    sender_->make(*connection_, call);
    call.reply.sent = loop_.now();
    if (!sender_->send(*connection_, call)) return lose(error_line(connection_.get()));
    send_rest();
  }

  void abandon(Call&) override {
    call_ = nullptr;
    problem_ = "a request timed out; connecting again";
    drop();
    connect();
  }

  SessionReport report(Nanoseconds patience) override {
    SessionReport report;
    if (sender_->to_prepare() > 0 && state_ != State::ready) {
      report.plan_use_unknown = "the connection was lost at the end";
    } else if (sender_->to_prepare() > 0) {
      if (canary_) canary_->end();  // the question is none of the load's statements
      report = read_plan_use(*connection_, calls_.size(), std::min(patience, kLongestAsking));
    }
    if (canary_) canary_->tell(report);
    return report;
  }

  const std::string& problem() const override { return problem_; }

 private:
  enum class State { away, connecting, setting_up, preparing, ready };

  void ring() override { connect(); }

  void connect() {
    connection_ = start_connecting(endpoint_, "tare load", statement_limit_);
    if (!connection_ || PQstatus(connection_.get()) == CONNECTION_BAD) {
      return retry(connection_ ? error_line(connection_.get()) : "out of memory");
    }
    state_ = State::connecting;
    await(PGRES_POLLING_WRITING);
  }

  // libpq may change its socket while it connects, so each wait takes it anew.
  void await(PostgresPollingStatusType what) {
    let_go();
    descriptor_.assign(PQsocket(connection_.get()));
    const int round = ++round_;
    descriptor_.async_wait(
        what == PGRES_POLLING_WRITING ? Descriptor::wait_write : Descriptor::wait_read,
        [this, round](const asio::error_code& error) {
          if (error == asio::error::operation_aborted || round != round_) return;
          go_on_connecting();
          owner_->settle();
        });
  }

  void go_on_connecting() {
    const PostgresPollingStatusType polled = PQconnectPoll(connection_.get());
    if (polled == PGRES_POLLING_FAILED) return retry(error_line(connection_.get()));
    if (polled != PGRES_POLLING_OK) return await(polled);
    PQsetnonblocking(connection_.get(), 1);
    PQsetNoticeProcessor(
        connection_.get(), [](void*, const char*) {}, nullptr);
    let_go();
    descriptor_.assign(PQsocket(connection_.get()));
    watching_ = false;
    state_ = State::setting_up;
    prepared_ = 0;
    if (canary_) canary_->begin(*connection_);
    set_up_next();
  }

  void set_up_next() {
    const char* statement = canary_ ? canary_->next_statement() : nullptr;
    if (statement == nullptr) {
      state_ = State::preparing;
      return prepare_next();
    }
    if (!PQsendQuery(connection_.get(), statement)) return lose(error_line(connection_.get()));
    send_rest();
  }

  void prepare_next() {
    if (prepared_ == sender_->to_prepare()) return become_ready();
    if (!sender_->prepare(*connection_, prepared_)) return lose(error_line(connection_.get()));
    send_rest();
  }

  void become_ready() {
    state_ = State::ready;
    problem_.clear();
    backoff_.reset();
    watch();  // an idle connection that the server ends is noticed
    owner_->available(*this);
  }

  void send_rest() {
    const int left = PQflush(connection_.get());
    if (left < 0) return lose(error_line(connection_.get()));
    if (left == 0) return watch();
    const int round = round_;
    descriptor_.async_wait(Descriptor::wait_write, [this, round](const asio::error_code& error) {
      if (error || round != round_) return;
      send_rest();
      owner_->settle();
    });
    watch();  // the server may want to be read before it reads on
  }

  // Waits for bytes; at most one wait at a time.
  void watch() {
    if (watching_) return;
    watching_ = true;
    const int round = round_;
    descriptor_.async_wait(Descriptor::wait_read,
                           WithMemory(memory_, [this, round](const asio::error_code& error) {
                             if (error == asio::error::operation_aborted || round != round_) return;
                             watching_ = false;
                             receive();
                             owner_->settle();
                           }));
  }

  void receive() {
    if (!PQconsumeInput(connection_.get())) return lose(error_line(connection_.get()));
    const Nanoseconds now = loop_.now();     // before rows are read or written as JSON
    if (!call_ && state_ == State::ready) {  // a notice, or the server's farewell
      if (PQstatus(connection_.get()) == CONNECTION_BAD) {
        return lose(error_line(connection_.get()));
      }
      return watch();
    }
    while (!PQisBusy(connection_.get())) {
      PostgresResult result(PQgetResult(connection_.get()));
      if (!result) return complete(now);
      take(result.get());
    }
    watch();
  }

  void take(const pg_result* result) {
    if (state_ == State::setting_up) return canary_->take(result);  // refusals too
    const ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_TUPLES_OK) {
      rows_ = PQntuples(result);
      if (call_ && call_->capture) append_rows_json(result, *call_->capture);
    } else if (status == PGRES_COMMAND_OK) {
      rows_ = std::atoll(PQcmdTuples(const_cast<pg_result*>(result)));
    } else {
      failed_ = true;
      const char* text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
      error_ = text ? text : PQresultErrorMessage(result);
    }
  }

  void complete(Nanoseconds now) {
    const bool failed = std::exchange(failed_, false);
    const int64_t rows = std::exchange(rows_, 0);
    if (PQstatus(connection_.get()) == CONNECTION_BAD) {
      return lose(failed ? error_ : error_line(connection_.get()));
    }
    if (state_ == State::setting_up) return set_up_next();
    if (state_ == State::preparing) {
      if (failed) return retry(fmt::format("preparing \"{}\": {}", calls_[prepared_].sql, error_));
      ++prepared_;
      return prepare_next();
    }
    Call& call = *std::exchange(call_, nullptr);
    call.reply.done = now;
    call.reply.rows = rows;
    call.reply.status = failed ? CallStatus::server_error : CallStatus::ok;
    if (failed) call.set_error(error_);
    if (canary_) canary_->answered(call);
    watch();
    owner_->finished(*this, call);
  }

  void lose(const std::string& why) {
    const bool idle = state_ == State::ready && !call_;
    failed_ = false;
    drop();
    if (idle) owner_->lost(*this);
    if (call_) {
      Call& call = *std::exchange(call_, nullptr);
      call.reply.done = loop_.now();
      call.reply.status = CallStatus::connection_lost;
      call.set_error("PostgreSQL connection lost: " + why);
      owner_->finished(*this, call);
    }
    retry(why);
  }

  // The descriptor never owns libpq's socket.
  void let_go() {
    if (descriptor_.is_open()) descriptor_.release();
  }

  void drop() {
    ++round_;
    state_ = State::away;
    watching_ = false;
    let_go();
    connection_.reset();
  }

  void retry(std::string why) {
    drop();
    problem_ = fmt::format("PostgreSQL at {}: {}", public_text(endpoint_), why);
    loop_.arm(*this, loop_.now() + backoff_.next());
  }

  AsioLoop& loop_;
  PostgresEndpoint endpoint_;
  const std::vector<SqlCall>& calls_;
  std::chrono::milliseconds statement_limit_;
  std::unique_ptr<StatementSender> sender_;
  std::optional<Canary> canary_;  // or its control
  PostgresHandle connection_;
  Descriptor descriptor_;
  HandlerMemory& memory_;
  SessionOwner* owner_ = nullptr;
  Backoff backoff_;
  Call* call_ = nullptr;
  State state_ = State::away;
  size_t prepared_ = 0;
  int round_ = 0;  // handlers of an earlier wait or connection know themselves by it
  bool watching_ = false;
  bool failed_ = false;
  int64_t rows_ = 0;
  std::string problem_ = "not connected yet";
  std::string error_;
};

}  // namespace

std::unique_ptr<Session> make_postgres_session(AsioLoop& loop, const PostgresEndpoint& endpoint,
                                               const std::vector<SqlCall>& calls,
                                               const PostgresSessionOptions& options) {
  return std::make_unique<PostgresSession>(loop, endpoint, calls, options);
}

}  // namespace tare
