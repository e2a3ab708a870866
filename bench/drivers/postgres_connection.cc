#include "bench/drivers/postgres_connection.h"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <sstream>
#include <string_view>

#include "bench/model/errors.h"

namespace tare {
namespace {

constexpr int kConnectSeconds = 5;  // a host
constexpr int kStopCheckMilliseconds = 50;

// What a failure to connect says, and what to do about it. libpq's words are English here, because
// tare sets no locale; a server's own may not be: then the last advice is given.
struct Advice {
  std::string_view sign, words;
};
constexpr std::array<Advice, 12> kAdvice = {{
    {"password authentication failed",
     "The password is wrong: correct it in ~/.pgpass, PGPASSWORD or the URI of DATABASE_URL"},
    {"no password supplied",
     "It wants a password: put it into ~/.pgpass (host:port:database:user:password, mode 600), a "
     "service file or PGPASSWORD"},
    {"could not translate host name", "The host is unknown: check its spelling, and DNS"},
    {"Connection refused",
     "Nothing listens there. Is it running? If it is, check host and port, and its "
     "listen_addresses"},
    {"could not access file",
     "The server itself lacks a file, most often a library to preload: look into its log and its "
     "..._preload_libraries"},
    {"failed: No such file or directory",
     "There is no such socket. Is it running? If it is, check the socket's folder and the port"},
    {"timeout expired", "No answer: check host and port, and what a firewall lets through"},
    {"no pg_hba.conf entry", "Its pg_hba.conf does not let this user in from here: add a line"},
    {"does not exist", "Check the names of user and database"},
    {"too many clients", "It has no connection left: close others, or raise max_connections"},
    {"remaining connection slots",
     "It has no connection left: close others, or raise max_connections"},
    {"definition of service",
     "Check the name of the service, and that its file (PGSERVICEFILE, ~/.pg_service.conf) holds "
     "it"},
}};

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

// A host name with several addresses gives a line or two for each.
std::string on_one_line(const std::string& text) {
  std::istringstream lines(text);
  std::string line, result;
  while (std::getline(lines, line)) {
    const size_t start = line.find_first_not_of(" \t");
    if (start == std::string::npos) continue;
    line.erase(0, start);
    if (line.starts_with("Is the server running")) continue;
    for (size_t at; (at = line.find(":  ")) != std::string::npos;) line.erase(at + 1, 1);
    if (!result.empty()) result += "; ";
    result += line;
  }
  return result;
}

bool is_unix_socket(int descriptor) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  return ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
         address.ss_family == AF_UNIX;
}

// libpq keeps connect_timeout only where it waits itself.
std::chrono::seconds connect_limit(const PostgresEndpoint& endpoint) {
  const auto option = endpoint.options.find("connect_timeout");
  const char* variable = std::getenv("PGCONNECT_TIMEOUT");
  int seconds = 0;
  if (option != endpoint.options.end()) {
    seconds = std::atoi(option->second.c_str());
  } else if (variable != nullptr) {
    seconds = std::atoi(variable);
  }
  const auto hosts = 1 + std::count(endpoint.host.begin(), endpoint.host.end(), ',');
  return std::chrono::seconds((seconds > 0 ? seconds : kConnectSeconds) * hosts);
}

}  // namespace

void CloseConnection::operator()(pg_conn* connection) const {
  PQfinish(connection);
}

void ClearResult::operator()(pg_result* result) const {
  PQclear(result);
}

ConnectionParameters connection_parameters(const PostgresEndpoint& endpoint,
                                           const std::string& application) {
  // libpq lets it overrule a host that was said: then we would measure, and write, elsewhere.
  if (!endpoint.host.empty() && !endpoint.options.contains("hostaddr") &&
      std::getenv("PGHOSTADDR") != nullptr) {
    throw UsageError(fmt::format(
        "PGHOSTADDR is set, and libpq would go there instead of to {}: unset it, or give hostaddr "
        "beside the host",
        public_text(endpoint)));
  }
  ConnectionParameters parameters;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) parameters.emplace_back(name, value);
  };
  add("host", endpoint.host);
  add("port", endpoint.port == 0 ? "" : std::to_string(endpoint.port));
  add("user", endpoint.user);
  add("dbname", endpoint.database);
  add("password", endpoint.password);
  add("application_name", application);
  add("client_encoding", "UTF8");
  for (const auto& [name, value] : endpoint.options) add(name.c_str(), value);
  return parameters;
}

std::map<std::string, std::optional<std::string>> connection_variables(
    const PostgresEndpoint& endpoint) {
  std::map<std::string, std::optional<std::string>> variables = {{"PGSERVICE", std::nullopt},
                                                                 {"PGSERVICEFILE", std::nullopt}};
  // Only what libpq has put together is wanted of it: it is closed before anything answers.
  const PostgresHandle connection = start_connecting(endpoint, "", std::nullopt);
  if (!connection) throw ServerError(connection_failure(endpoint, "out of memory"));
  const std::unique_ptr<PQconninfoOption, FreeOptions> options(PQconninfo(connection.get()));
  if (!options) throw ServerError(connection_failure(endpoint, "out of memory"));
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    const std::string_view name = option->keyword;
    // How a program calls itself and reads texts is its own affair.
    if (option->envvar == nullptr || name == "service" || name == "application_name" ||
        name == "client_encoding") {
      continue;
    }
    std::optional<std::string>& value = variables[option->envvar];
    if (option->val != nullptr && *option->val != '\0') value = option->val;
  }
  return variables;
}

void add_server_options(const std::string& text, PostgresEndpoint& endpoint) {
  std::string& options = endpoint.options["options"];
  const char* variable = std::getenv("PGOPTIONS");
  if (options.empty() && variable != nullptr) options = variable;
  options += (options.empty() ? "" : " ") + text;
}

PostgresHandle start_connecting(const PostgresEndpoint& endpoint, const char* application,
                                std::optional<std::chrono::milliseconds> statement_limit) {
  PostgresEndpoint limited = endpoint;
  if (statement_limit) {
    add_server_options(fmt::format("-c statement_timeout={}", statement_limit->count()), limited);
  }
  const ConnectionParameters parameters = connection_parameters(limited, application);
  std::vector<const char*> names, values;
  for (const auto& [name, value] : parameters) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  return PostgresHandle(PQconnectStartParams(names.data(), values.data(), 0));
}

PostgresHandle connect_to(const PostgresEndpoint& endpoint, const char* application,
                          const std::stop_token& stop) {
  const auto until = std::chrono::steady_clock::now() + connect_limit(endpoint);
  PostgresHandle connection = start_connecting(endpoint, application, std::nullopt);
  if (!connection) throw ServerError(connection_failure(endpoint, "out of memory"));
  PostgresPollingStatusType wanted = PGRES_POLLING_WRITING;
  while (PQstatus(connection.get()) != CONNECTION_BAD && wanted != PGRES_POLLING_OK) {
    if (stop.stop_requested()) throw Interrupted();
    if (std::chrono::steady_clock::now() > until) {
      throw ServerError(connection_failure(endpoint, "timeout expired"));
    }
    pollfd socket{PQsocket(connection.get()),
                  short(wanted == PGRES_POLLING_WRITING ? POLLOUT : POLLIN), 0};
    if (::poll(&socket, 1, kStopCheckMilliseconds) == 0) continue;
    wanted = PQconnectPoll(connection.get());
    if (wanted == PGRES_POLLING_FAILED) break;
  }
  if (PQstatus(connection.get()) != CONNECTION_OK) {
    throw ServerError(connection_failure(endpoint, PQerrorMessage(connection.get())));
  }
  if (endpoint.host.starts_with("/") && !is_unix_socket(PQsocket(connection.get()))) {
    throw UsageError(fmt::format(
        "the service file of PGSERVICE sent the connection to another server than {}: unset it",
        public_text(endpoint)));
  }
  return connection;
}

std::string error_line(const pg_conn* connection) {
  std::string text = PQerrorMessage(connection);
  text.resize(text.find('\n') == std::string::npos ? text.size() : text.find('\n'));
  return text;
}

std::string connection_failure(const PostgresEndpoint& endpoint, const std::string& libpq_words) {
  std::string_view advice =
      "Is it running? If it is, check host, port, database, user and password";
  for (const Advice& known : kAdvice) {
    if (libpq_words.find(known.sign) == std::string::npos) continue;
    advice = known.words;
    break;
  }
  return fmt::format("cannot connect to PostgreSQL at {}: {}. {}", public_text(endpoint),
                     on_one_line(libpq_words), advice);
}

}  // namespace tare
