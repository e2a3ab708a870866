#include "bench/drivers/redis_session.h"

#include <fmt/format.h>

#include <asio/generic/stream_protocol.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/local/stream_protocol.hpp>

#include "bench/drivers/reconnect.h"
#include "bench/drivers/redis_login.h"
#include "bench/drivers/redis_reply.h"

namespace tare {
namespace {

using Socket = asio::generic::stream_protocol::socket;

class RedisSession final : public Session, private Alarm {
 public:
  RedisSession(AsioLoop& loop, const RedisEndpoint& endpoint,
               const std::vector<RedisTemplate>& calls)
      : loop_(loop),
        endpoint_(endpoint),
        login_(login_commands(endpoint)),
        calls_(calls),
        socket_(loop.context()),
        memory_(loop.make_handler_memory()) {
    bytes_.reserve(4096);
  }
  ~RedisSession() override {
    loop_.disarm(*this);
    asio::error_code ignored;
    socket_.close(ignored);
  }

  void open(SessionOwner& owner) override {
    owner_ = &owner;
    connect();
  }

  void start(Call& call) override {
    call_ = &call;
    bytes_.clear();
    calls_[call.index].encode(call.request->values, call.payload, bytes_);
    reader_.expect(call.capture);
    call.reply.sent = loop_.now();
    send();
  }

  void abandon() override {
    call_ = nullptr;
    problem_ = "a request timed out; connecting again";
    drop();
    connect();
  }

  const std::string& problem() const override { return problem_; }

 private:
  enum class State { away, greeting, ready };

  void ring() override { connect(); }

  void connect() {
    if (addresses_.empty()) find_addresses();
    if (addresses_.empty()) return;  // it has been said why, and is tried again
    const auto& endpoint = addresses_[next_address_++ % addresses_.size()];
    const int round = ++round_;
    socket_.async_connect(endpoint, [this, round](const asio::error_code& error) {
      if (round != round_ || error == asio::error::operation_aborted) return;
      if (error) return retry(error.message());
      greet();
      owner_->settle();
    });
  }

  // Once, and not between sent and done: asking for a name may block, as in libpq. A name may have
  // several addresses; each attempt takes the next.
  void find_addresses() {
    if (!endpoint_.socket.empty()) {
      addresses_ = {asio::local::stream_protocol::endpoint(endpoint_.socket)};
      return;
    }
    asio::error_code error;
    asio::ip::tcp::resolver resolver(loop_.context());
    const auto found = resolver.resolve(endpoint_.host, std::to_string(endpoint_.port),
                                        asio::ip::resolver_base::numeric_service, error);
    for (const auto& entry : found) addresses_.emplace_back(entry.endpoint());
    if (addresses_.empty()) {
      retry(fmt::format("the host \"{}\" is unknown: {}", endpoint_.host, error.message()));
    }
  }

  void greet() {
    asio::error_code error;
    socket_.non_blocking(true, error);
    if (endpoint_.socket.empty()) socket_.set_option(asio::ip::tcp::no_delay(true), error);
    reader_.reset();
    state_ = State::greeting;
    logged_in_ = 0;
    log_in_next();
  }

  void log_in_next() {
    if (logged_in_ == login_.size()) return become_ready();
    bytes_ = encode_command(login_[logged_in_]);
    reader_.expect(nullptr);
    send();
  }

  void become_ready() {
    state_ = State::ready;
    problem_.clear();
    backoff_.reset();
    watch();  // an idle connection that is closed by the server is noticed
    owner_->available(*this);
  }

  // One write as a rule; what does not fit the socket's buffer goes out as it drains.
  void send() {
    sent_ = 0;
    send_rest();
  }

  void send_rest() {
    asio::error_code error;
    while (sent_ < bytes_.size()) {
      sent_ +=
          socket_.write_some(asio::buffer(bytes_.data() + sent_, bytes_.size() - sent_), error);
      if (error == asio::error::would_block) {
        const int round = round_;
        socket_.async_wait(Socket::wait_write, [this, round](const asio::error_code& failed) {
          if (round != round_ || failed) return;
          send_rest();
          owner_->settle();
        });
        return;
      }
      if (error) return lose(error.message());
    }
    watch();
  }

  // Waits for bytes; at most one wait at a time.
  void watch() {
    if (watching_) return;
    watching_ = true;
    const int round = round_;
    socket_.async_wait(Socket::wait_read,
                       WithMemory(memory_, [this, round](const asio::error_code& error) {
                         if (round != round_ || error == asio::error::operation_aborted) return;
                         watching_ = false;
                         receive();
                         owner_->settle();
                       }));
  }

  void receive() {
    asio::error_code error;
    const size_t size = socket_.read_some(asio::buffer(buffer_), error);
    if (error == asio::error::would_block) return watch();
    if (error) return lose(error.message());
    const Nanoseconds now = loop_.now();
    const bool asked = call_ || state_ == State::greeting;
    if (!asked) return lose("an answer that nobody asked for");
    switch (reader_.feed(buffer_.data(), size)) {
      case RedisReplyReader::State::incomplete:
        return watch();
      case RedisReplyReader::State::broken:
        return lose(reader_.facts().text);
      case RedisReplyReader::State::complete:
        break;
    }
    if (state_ == State::greeting) return greeted();
    answer(now);
  }

  void greeted() {
    if (reader_.facts().error) {
      problem_ = login_failure(endpoint_, reader_.facts().text);
      drop();
      loop_.arm(*this, loop_.now() + backoff_.next());
      return;
    }
    ++logged_in_;
    log_in_next();
  }

  void answer(Nanoseconds now) {
    const RedisReplyFacts& facts = reader_.facts();
    Call& call = *std::exchange(call_, nullptr);
    call.reply.done = now;
    call.reply.type = facts.type;
    call.reply.rows = facts.elements;
    call.reply.status = facts.error ? CallStatus::server_error : CallStatus::ok;
    if (facts.error) call.set_error(facts.text);
    watch();
    owner_->finished(*this, call);
  }

  void lose(const std::string& why) {
    const bool idle = state_ == State::ready && !call_;
    drop();
    if (idle) owner_->lost(*this);
    if (call_) {
      Call& call = *std::exchange(call_, nullptr);
      call.reply.done = loop_.now();
      call.reply.status = CallStatus::connection_lost;
      call.set_error("Redis connection lost: " + why);
      owner_->finished(*this, call);
    }
    retry(why);
  }

  void drop() {
    ++round_;
    state_ = State::away;
    watching_ = false;
    asio::error_code ignored;
    socket_.close(ignored);
  }

  void retry(const std::string& why) {
    drop();
    problem_ = fmt::format("Redis at {}: {}", public_text(endpoint_), why);
    loop_.arm(*this, loop_.now() + backoff_.next());
  }

  AsioLoop& loop_;
  RedisEndpoint endpoint_;
  std::vector<std::vector<std::string>> login_;
  size_t logged_in_ = 0;  // how many of them are answered
  std::vector<asio::generic::stream_protocol::endpoint> addresses_;
  size_t next_address_ = 0;
  const std::vector<RedisTemplate>& calls_;
  Socket socket_;
  HandlerMemory& memory_;
  SessionOwner* owner_ = nullptr;
  RedisReplyReader reader_;
  Backoff backoff_;
  std::string bytes_;
  size_t sent_ = 0;
  std::array<char, 16 * 1024> buffer_;
  Call* call_ = nullptr;
  State state_ = State::away;
  int round_ = 0;  // handlers of an earlier connection know themselves by it
  bool watching_ = false;
  std::string problem_ = "not connected yet";
};

}  // namespace

std::unique_ptr<Session> make_redis_session(AsioLoop& loop, const RedisEndpoint& endpoint,
                                            const std::vector<RedisTemplate>& calls) {
  return std::make_unique<RedisSession>(loop, endpoint, calls);
}

std::vector<RedisTemplate> redis_templates(const Traffic& traffic) {
  std::vector<RedisTemplate> templates;
  for (const RedisCall& call : traffic.redis_calls()) templates.emplace_back(call);
  return templates;
}

}  // namespace tare
