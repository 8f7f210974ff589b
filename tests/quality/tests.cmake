# Perplexities against the package kenlm, where it is installed.
add_test(NAME quality.kenlm COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/quality/kenlm_test.py)
set_tests_properties(quality.kenlm PROPERTIES TIMEOUT 300 SKIP_RETURN_CODE 77
  ENVIRONMENT "CORPUS_BINARY=${PROJECT_BINARY_DIR}/bin/corpus")
