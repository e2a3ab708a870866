# tare_embed(VARIABLE FILE): makes the text of FILE a `constexpr std::string_view VARIABLE` in the
# header embedded/VARIABLE.h, so that the binary carries its own schemas.
function(tare_embed variable file)
  set(path ${PROJECT_SOURCE_DIR}/${file})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
  file(READ ${path} text)
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/embedded/${variable}.h @ONLY CONTENT
"// Made from ${file} at configure time.
#pragma once

#include <string_view>

namespace tare::embedded {
inline constexpr std::string_view ${variable} = R\"~~(${text})~~\";
}  // namespace tare::embedded
")
endfunction()
