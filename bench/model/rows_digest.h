// A digest of cached rows that does not depend on their order.
// Level: model. A pure function.
#pragma once

#include <cstdint>
#include <string_view>

namespace tare {

// Of rows written as JSON text, [{"a":"1"},{"a":"2"}]. A query without ORDER BY may give the same
// rows in another order, all the more when its plan changed: that is no wrong row in the cache.
uint64_t rows_digest(std::string_view json);

}  // namespace tare
