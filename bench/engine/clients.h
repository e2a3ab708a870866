// The clients of a closed loop: each asks, waits for all its answers, thinks, and asks again.
// Level: engine. Used by its worker's thread only; allocates nothing after start().
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "bench/engine/schedule.h"

namespace tare {

struct ClientOptions {
  ClosedLoop loop;                   // with the clients of this worker alone
  uint64_t seed = 0;                 // of the thinking
  Nanoseconds length{};              // since the schedule's start; no request begins later
  uint64_t worker = 0, workers = 1;  // which numbers are this worker's
};

class Clients {
 public:
  // Who carries out what the clients ask.
  class Host {
   public:
    virtual void begin(const Arrival& arrival, size_t client) = 0;
    virtual void settle() = 0;  // begun; waiting flows may go on

   protected:
    ~Host() = default;
  };

  Clients(Loop& loop, const ClientOptions& options, Host& host);
  ~Clients();

  // All clients ask at `origin`.
  void start(Nanoseconds origin);

  // A request of this client is done, in whatever way. Begins nothing before the next event.
  void answered(size_t client);

  void stop();  // nobody asks again
  bool finished() const { return active_ == 0; }

 private:
  class Client;

  void ask(Client& client);
  void ask_ready();
  Nanoseconds think_time(uint64_t round) const;

  class Bell final : public Alarm {
   public:
    explicit Bell(Clients& clients) : clients_(clients) {}
    void ring() override { clients_.ask_ready(); }

   private:
    Clients& clients_;
  };

  Loop& loop_;
  ClientOptions options_;
  Host& host_;
  Nanoseconds origin_{};
  std::deque<Client> clients_;
  std::vector<Client*> ready_;  // whose next request begins without thinking
  Bell bell_{*this};
  uint64_t next_number_ = 0;
  uint64_t thoughts_ = 0;
  size_t active_ = 0;
};

}  // namespace tare
