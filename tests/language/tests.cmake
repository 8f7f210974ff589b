target_link_libraries(corpus_test_language PRIVATE fastText::fastText CLD2::CLD2)

# Languages against fastText and pycld2 on real text, where the packages and a model are.
add_test(NAME language.peers COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/language/peers_test.py)
set_tests_properties(language.peers PROPERTIES TIMEOUT 300 SKIP_RETURN_CODE 77
  ENVIRONMENT "CORPUS_BINARY=${PROJECT_BINARY_DIR}/bin/corpus")
