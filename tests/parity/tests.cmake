# Against the real datatrove, where it is installed.
add_test(NAME parity.datatrove_removed COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/parity/datatrove_removed_test.py)
set_tests_properties(parity.datatrove_removed PROPERTIES TIMEOUT 1200 SKIP_RETURN_CODE 77
  ENVIRONMENT "CORPUS_BINARY=${PROJECT_BINARY_DIR}/bin/corpus")
