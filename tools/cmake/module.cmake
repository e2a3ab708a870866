# tare_module(FOLDER USES LIBRARY...): the folder's .cc files as the library tare_FOLDER, its
# *_test.cc files as one test program, and its *_e2e_test.cc files, which start the real binary, as
# two more that only the release build has: what judges its measurements runs alone.
include(GoogleTest)

# What `tools/dev test` builds in the release build: the binary and the end-to-end tests.
add_custom_target(tare_e2e)

# tare_test_program(NAME LIBRARY LABEL FILE... [PROPERTIES ...]): LABEL says to ctest which build
# the tests are for.
function(tare_test_program program library label)
  cmake_parse_arguments(TEST "" "" "PROPERTIES" ${ARGN})
  add_executable(${program} ${TEST_UNPARSED_ARGUMENTS})
  target_link_libraries(${program} PRIVATE ${library} GTest::gtest_main)
  target_compile_definitions(${program} PRIVATE
    TARE_SOURCE_DIR="${PROJECT_SOURCE_DIR}" TARE_BINARY="${PROJECT_BINARY_DIR}/tare")
  gtest_discover_tests(${program} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT 300 LABELS "${label}" ${TEST_PROPERTIES})  # the last of two timeouts holds
endfunction()

# The same tests of a program once more, on the PostgreSQL that npm brings in this version.
function(tare_tests_on_postgres program version label filter)
  set(bin ${PROJECT_SOURCE_DIR}/build/packages/npm/node_modules/postgres-${version}/native/bin)
  if(IS_DIRECTORY ${bin})
    gtest_discover_tests(${program} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
      TEST_PREFIX "PostgreSQL${version}." TEST_FILTER "${filter}" TEST_LIST ${program}_${version}
      PROPERTIES TIMEOUT 300 LABELS "${label}" ENVIRONMENT "TARE_TEST_POSTGRES_BIN=${bin}")
  endif()
endfunction()

function(tare_module folder)
  cmake_parse_arguments(MODULE "" "" "USES" ${ARGN})
  string(REPLACE "/" "_" name "tare_${folder}")
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cc)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  set(e2e_tests ${tests})
  list(FILTER tests EXCLUDE REGEX "_e2e_test\\.cc$")
  list(FILTER e2e_tests INCLUDE REGEX "_e2e_test\\.cc$")

  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC ${MODULE_USES})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE ${MODULE_USES})
  endif()
  if(tests)
    set(label unit)
    if(TARE_SANITIZE)
      set(label sanitize)
    endif()
    tare_test_program(${name}_test ${name} ${label} ${tests})
  endif()
  if(e2e_tests AND NOT TARE_SANITIZE)
    # Those that judge what they measure: nothing else may run beside them.
    set(alone ${e2e_tests})
    list(FILTER alone INCLUDE REGEX "/(changes|measure)_e2e_test\\.cc$")
    list(REMOVE_ITEM e2e_tests ${alone})
    tare_test_program(${name}_alone_e2e_test ${name} e2e ${alone}
      PROPERTIES RUN_SERIAL TRUE TIMEOUT 900)
    tare_test_program(${name}_e2e_test ${name} e2e ${e2e_tests})
    foreach(version 13 18)
      tare_tests_on_postgres(${name}_e2e_test ${version} e2e "Run.*:Ab.*:CompareTest.*:IndexReview.*")
    endforeach()
    add_dependencies(tare_e2e ${name}_alone_e2e_test ${name}_e2e_test)
  endif()
endfunction()
