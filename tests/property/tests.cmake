add_test(NAME property.laws COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/property/laws_test.py)
set_tests_properties(property.laws PROPERTIES TIMEOUT 1200 ENVIRONMENT "CORPUS_BINARY=${PROJECT_BINARY_DIR}/bin/corpus")
