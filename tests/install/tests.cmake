# Installs this build and compiles three consumers against it. Late and long, so it has a label.
add_test(NAME install COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/install/run ${PROJECT_BINARY_DIR} ${PROJECT_SOURCE_DIR}
  ${CMAKE_BUILD_TYPE} ${CMAKE_CXX_COMPILER})
set_tests_properties(install PROPERTIES LABELS install TIMEOUT 1200 RUN_SERIAL ON)
