#include "bench/engine/clients.h"

#include <cmath>

#include "bench/model/random.h"

namespace tare {
namespace {

constexpr uint64_t kThinkStream = 128;  // and one more for each worker

}  // namespace

class Clients::Client final : public Alarm {
 public:
  Client(Clients& clients, size_t place) : clients_(clients), number(place) {}
  void ring() override {
    clients_.ask(*this);
    clients_.host_.settle();
  }

 private:
  Clients& clients_;

 public:
  const size_t number;
  int under_way = 0;
  Nanoseconds due{};  // since the schedule's start
  bool active = true;
};

Clients::Clients(Loop& loop, const ClientOptions& options, Host& host)
    : loop_(loop), options_(options), host_(host), next_number_(options.worker) {
  for (size_t i = 0; i < size_t(options.loop.clients); ++i) clients_.emplace_back(*this, i);
  ready_.reserve(clients_.size());
  active_ = clients_.size();
}

Clients::~Clients() {
  loop_.disarm(bell_);
  for (Client& client : clients_) loop_.disarm(client);
}

void Clients::start(Nanoseconds origin) {
  origin_ = origin;
  for (Client& client : clients_) ready_.push_back(&client);
  loop_.arm(bell_, origin);
}

// Those that became ready while these were asking come with the next ring.
void Clients::ask_ready() {
  const size_t count = ready_.size();
  for (size_t i = 0; i < count; ++i) {
    if (ready_[i]->active) ask(*ready_[i]);
  }
  ready_.erase(ready_.begin(), ready_.begin() + long(count));
  if (!ready_.empty()) loop_.arm(bell_, loop_.now());
  host_.settle();
}

void Clients::ask(Client& client) {
  client.under_way = options_.loop.pipeline;
  for (int i = 0; i < options_.loop.pipeline; ++i) {
    const Arrival arrival{next_number_, client.due};
    next_number_ += options_.workers;
    host_.begin(arrival, client.number);
  }
}

void Clients::answered(size_t number) {
  Client& client = clients_[number];
  if (--client.under_way > 0 || !client.active) return;
  const Nanoseconds think = think_time(thoughts_++);
  client.due = loop_.now() - origin_ + think;
  if (client.due >= options_.length) {
    client.active = false;
    --active_;
  } else if (think > Nanoseconds(0)) {
    loop_.arm(client, origin_ + client.due);
  } else {
    if (ready_.empty()) loop_.arm(bell_, loop_.now());
    ready_.push_back(&client);
  }
}

void Clients::stop() {
  loop_.disarm(bell_);
  for (Client& client : clients_) {
    loop_.disarm(client);
    client.active = false;
  }
  active_ = 0;
}

Nanoseconds Clients::think_time(uint64_t round) const {
  if (options_.loop.think == ClosedLoop::ThinkTime::constant) return options_.loop.think_time;
  const double factor = Random(options_.seed, kThinkStream + options_.worker, round).exponential(1);
  return Nanoseconds(std::llround(double(options_.loop.think_time.count()) * factor));
}

}  // namespace tare
