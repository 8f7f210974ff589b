# Against the real datatrove, nemo-curator and py-data-juicer, where they are installed.
add_test(NAME parity.datatrove_removed COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/parity/datatrove_removed_test.py)
add_test(NAME parity.datatrove_rules COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/parity/datatrove_rules_test.py)
add_test(NAME parity.curator_rules COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/parity/curator_rules_test.py)
set_tests_properties(parity.datatrove_removed parity.datatrove_rules parity.curator_rules PROPERTIES TIMEOUT 1200 SKIP_RETURN_CODE 77
  LABELS slow ENVIRONMENT "CORPUS_BINARY=${PROJECT_BINARY_DIR}/bin/corpus")

# Token ids against the packages tokenizers, tiktoken and sentencepiece, where they are installed.
add_executable(encode_dump ${CMAKE_CURRENT_SOURCE_DIR}/parity/encode_dump.cc)
target_link_libraries(encode_dump PRIVATE corpus corpus_options)
add_test(NAME parity.tokenizer COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/parity/tokenizer_parity_test.py)
set_tests_properties(parity.tokenizer PROPERTIES TIMEOUT 1200 SKIP_RETURN_CODE 77 LABELS slow
  ENVIRONMENT "CORPUS_ENCODE_DUMP=$<TARGET_FILE:encode_dump>")
add_test(NAME parity.chat_template COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/parity/chat_template_parity_test.py)
set_tests_properties(parity.chat_template PROPERTIES TIMEOUT 600 SKIP_RETURN_CODE 77
  ENVIRONMENT "CORPUS_BINARY=${PROJECT_BINARY_DIR}/bin/corpus")
