// The index review as a part of result.json. Level: model. Pure functions; safe from any thread.
#pragma once

#include <string>
#include <string_view>

#include "bench/model/index_review.h"

namespace tare {

// One JSON object. Bytes that are not UTF-8 become U+FFFD.
std::string index_review_to_json(const IndexReview& review);

// The other way, of an object that the result's schema has been checked with. Throws
// std::exception when it is not of that form after all.
IndexReview index_review_from_json(std::string_view text);

}  // namespace tare
