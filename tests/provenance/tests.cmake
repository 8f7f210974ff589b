# Other implementations as oracles.
add_executable(corpus_oracle_dump ${CMAKE_CURRENT_SOURCE_DIR}/provenance/oracle_dump.cc)
target_link_libraries(corpus_oracle_dump PRIVATE corpus corpus_options)
add_test(NAME provenance.oracles COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/provenance/oracle_test.py)
set_tests_properties(provenance.oracles PROPERTIES TIMEOUT 120 SKIP_RETURN_CODE 77
  ENVIRONMENT "CORPUS_ORACLE_DUMP=$<TARGET_FILE:corpus_oracle_dump>")
if(CORPUS_APPS)
  add_test(NAME provenance.disclosure COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/provenance/disclosure_test.py)
  set_tests_properties(provenance.disclosure PROPERTIES TIMEOUT 300
    ENVIRONMENT "CORPUS_BINARY=$<TARGET_FILE:corpus-cli>")
  add_test(NAME provenance.shared_data COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/provenance/shared_data_test.py)
  set_tests_properties(provenance.shared_data PROPERTIES TIMEOUT 300
    ENVIRONMENT "CORPUS_BINARY=$<TARGET_FILE:corpus-cli>")
endif()
