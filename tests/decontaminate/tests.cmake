# Benchmark items planted in real text, and leaks that are known.
add_test(NAME decontaminate.planting COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/decontaminate/planting_test.py)
set_tests_properties(decontaminate.planting PROPERTIES TIMEOUT 600 SKIP_RETURN_CODE 77
  ENVIRONMENT "CORPUS_BINARY=${PROJECT_BINARY_DIR}/bin/corpus")
