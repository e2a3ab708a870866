// libpq's URIs and key=value texts, read by libpq itself.
#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <regex>

#include "bench/drivers/target.h"
#include "bench/model/errors.h"

namespace tare {
namespace {

constexpr const char* kExample =
    "write postgresql://user@host:5432/database or \"host=... dbname=... user=...\"";

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
struct FreeMemory {
  void operator()(char* text) const { PQfreemem(text); }
};

[[noreturn]] void refuse(const std::string& source, const std::string& why) {
  throw UsageError(fmt::format("{}: {}", source, why));
}

// A password with a raw @, / or ? is taken for a host, port or parameter, and would be quoted in
// errors: such a URI goes no further.
void check_separators(const std::string& uri, const std::string& source) {
  const size_t start = uri.find("://") + 3;
  const size_t at = uri.rfind('@');
  if (at == std::string::npos || at < start) return;
  const size_t query = uri.find('?', start);
  if (query != std::string::npos && at > query && uri.find('=', query) < at) return;
  if (uri.find_first_of("@/?", start) != at) {
    refuse(source,
           "holds a @, / or ? before the @ of its host: in a password write %40 for @, %2F for / "
           "and %3F for ?");
  }
}

// SQLAlchemy's and others' "postgresql+driver://" mean the same server.
std::string without_driver(const std::string& text) {
  static const std::regex kDriver(R"(^postgres(ql)?\+[A-Za-z0-9_]+://)");
  return std::regex_replace(text, kDriver, "postgresql://");
}

// What libpq quotes may be a piece of the password.
std::string without_quotations(const std::string& words) {
  static const std::regex kQuotation(R"("[^"]{2,}.*")");
  std::string text = std::regex_replace(words, kQuotation, "\"...\"");
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.pop_back();
  return text;
}

bool is_number(const std::string& text) {
  return !text.empty() && text.size() <= 5 && std::all_of(text.begin(), text.end(), [](char c) {
    return std::isdigit(static_cast<unsigned char>(c)) != 0;
  });
}

void take_port(const std::string& value, const std::string& source, PostgresEndpoint& endpoint) {
  static const std::regex kPorts(R"([0-9]{0,5}(,[0-9]{0,5})+)");
  if (is_number(value)) {
    endpoint.port = std::stoi(value);
  } else if (std::regex_match(value, kPorts)) {
    endpoint.options["port"] = value;  // one for each of several hosts
  } else {
    refuse(source, fmt::format("its port is no number; {}. In a password write %40 for @ and %3A "
                               "for :",
                               kExample));
  }
  if (is_number(value) && (endpoint.port == 0 || endpoint.port > 65535)) {
    refuse(source, "its port is not between 1 and 65535");
  }
}

}  // namespace

PostgresEndpoint parse_postgres(const std::string& text, const std::string& source) {
  const std::string known = without_driver(text);
  const bool uri = known.starts_with("postgresql://") || known.starts_with("postgres://");
  if (uri) {
    check_separators(known, source);
  } else if (known.find("://") != std::string::npos && known.find('=') > known.find("://")) {
    refuse(source, fmt::format("is not PostgreSQL's; {}", kExample));
  }
  if (known.find('=') == std::string::npos && !uri) {
    refuse(source, fmt::format("is neither a URI nor key=value; {}", kExample));
  }
  char* words = nullptr;
  const std::unique_ptr<PQconninfoOption, FreeOptions> options(
      PQconninfoParse(known.c_str(), &words));
  const std::unique_ptr<char, FreeMemory> owner(words);
  if (!options) {
    refuse(source, fmt::format("libpq cannot read it ({}); {}",
                               without_quotations(words ? words : "out of memory"), kExample));
  }
  PostgresEndpoint endpoint;
  endpoint.port = 0;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr || *option->val == '\0') continue;
    const std::string name = option->keyword, value = option->val;
    if (name == "host") {
      endpoint.host = value;
    } else if (name == "port") {
      take_port(value, source, endpoint);
    } else if (name == "user") {
      endpoint.user = value;
    } else if (name == "dbname") {
      endpoint.database = value;
    } else if (name == "password") {
      endpoint.password = value;
    } else {
      endpoint.options[name] = value;
    }
  }
  return endpoint;
}

}  // namespace tare
