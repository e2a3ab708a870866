// The version of this build. Level: model.
#pragma once

namespace tare {

inline constexpr const char* kVersion = "0.1.0";

}  // namespace tare
