#include "bench/drivers/statement_sender.h"

#include <libpq-fe.h>

#include <algorithm>
#include <array>

#include "bench/model/sql_parameters.h"

namespace tare {
namespace {

// The values of a call as libpq takes them: every one is followed by a NUL.
struct Values {
  std::array<const char*, kMaxDraws> texts{};
  int count = 0;

  void take(const SqlCall& statement, const Request& request) {
    count = int(statement.parameters.size());
    for (size_t i = 0; i < statement.parameters.size(); ++i) {
      texts[i] = request.values[statement.parameters[i]].data();
    }
  }
};

// Prepared once, under a name; PostgreSQL may go over to a generic plan after five executions.
class PreparedSender final : public StatementSender {
 public:
  explicit PreparedSender(const std::vector<SqlCall>& calls) : calls_(calls) {
    for (size_t i = 0; i < calls.size(); ++i) names_.push_back(prepared_name(i));
  }

  size_t to_prepare() const override { return calls_.size(); }

  bool prepare(pg_conn& connection, size_t index) override {
    return PQsendPrepare(&connection, names_[index].c_str(), calls_[index].sql.c_str(), 0,
                         nullptr) != 0;
  }

  void make(pg_conn&, const Call& call) override {
    values_.take(calls_[call.index], *call.request);
  }

  bool send(pg_conn& connection, const Call& call) override {
    return PQsendQueryPrepared(&connection, names_[call.index].c_str(), values_.count,
                               values_.texts.data(), nullptr, nullptr, 0) != 0;
  }

 private:
  const std::vector<SqlCall>& calls_;
  Values values_;
  std::vector<std::string> names_;
};

// The unnamed statement each time: parsed and planned anew, the values beside it.
class ExtendedSender final : public StatementSender {
 public:
  explicit ExtendedSender(const std::vector<SqlCall>& calls) : calls_(calls) {}

  void make(pg_conn&, const Call& call) override {
    values_.take(calls_[call.index], *call.request);
  }

  bool send(pg_conn& connection, const Call& call) override {
    return PQsendQueryParams(&connection, calls_[call.index].sql.c_str(), values_.count, nullptr,
                             values_.texts.data(), nullptr, nullptr, 0) != 0;
  }

 private:
  const std::vector<SqlCall>& calls_;
  Values values_;
};

// One text with the values in it as literals, as a framework does that puts them in itself.
class SimpleSender final : public StatementSender {
 public:
  explicit SimpleSender(const std::vector<SqlCall>& calls) : calls_(calls) {
    size_t longest = 0;
    for (const SqlCall& call : calls) {
      SqlPieces& pieces = pieces_.emplace_back(split_at_parameters(call.sql));
      longest = std::max(longest, call.sql.size() + pieces.parameters.size() * kLiteralRoom);
    }
    text_.reserve(longest + 1);
  }

  void make(pg_conn& connection, const Call& call) override {
    const SqlPieces& pieces = pieces_[call.index];
    const SqlCall& statement = calls_[call.index];
    text_ = pieces.texts[0];
    for (size_t i = 0; i < pieces.parameters.size(); ++i) {
      append_literal(connection,
                     call.request->values[statement.parameters[pieces.parameters[i] - 1]]);
      text_ += pieces.texts[i + 1];
    }
  }

  bool send(pg_conn& connection, const Call&) override {
    return PQsendQuery(&connection, text_.c_str()) != 0;
  }

 private:
  static constexpr size_t kLiteralRoom = 2048;  // of each; for a longer one the text grows once

  void append_literal(pg_conn& connection, std::string_view value) {
    text_ += '\'';
    const size_t at = text_.size();
    text_.resize(at + 2 * value.size() + 1);
    const size_t length =
        PQescapeStringConn(&connection, text_.data() + at, value.data(), value.size(), nullptr);
    text_.resize(at + length);
    text_ += '\'';
  }

  const std::vector<SqlCall>& calls_;
  std::vector<SqlPieces> pieces_;
  std::string text_;
};

}  // namespace

std::unique_ptr<StatementSender> make_statement_sender(Protocol protocol,
                                                       const std::vector<SqlCall>& calls) {
  switch (protocol) {
    case Protocol::extended:
      return std::make_unique<ExtendedSender>(calls);
    case Protocol::simple:
      return std::make_unique<SimpleSender>(calls);
    case Protocol::prepared:
      break;
  }
  return std::make_unique<PreparedSender>(calls);
}

std::string prepared_name(size_t index) {
  return "tare_" + std::to_string(index);
}

}  // namespace tare
