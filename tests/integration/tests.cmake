# The same cases through every API that this build has; scripts/test adds the bindings.
add_executable(corpus_driver_c ${CMAKE_CURRENT_SOURCE_DIR}/integration/driver.c)
set_target_properties(corpus_driver_c PROPERTIES C_STANDARD 99)
target_link_libraries(corpus_driver_c PRIVATE corpus_c)
add_executable(corpus_driver_cc ${CMAKE_CURRENT_SOURCE_DIR}/integration/driver.cc)
target_link_libraries(corpus_driver_cc PRIVATE corpus corpus_options)
if(CORPUS_APPS)
  add_test(NAME integration.cases COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/integration/cases_test.py)
  set_tests_properties(integration.cases PROPERTIES TIMEOUT 600 ENVIRONMENT
    "CORPUS_BINARY=$<TARGET_FILE:corpus-cli>;CORPUS_DRIVERS=$<TARGET_FILE:corpus_driver_c>:$<TARGET_FILE:corpus_driver_cc>")
endif()
