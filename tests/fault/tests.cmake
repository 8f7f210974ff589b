add_test(NAME fault.bad_input COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/fault/bad_input_test.py)
set_tests_properties(fault.bad_input PROPERTIES TIMEOUT 600 ENVIRONMENT "CORPUS_BINARY=${PROJECT_BINARY_DIR}/bin/corpus")
