# The demo generator and its scorer, on a corpus of a few megabytes.
if(TARGET teacher_corpus AND TARGET corpus-cli)
  add_test(NAME demo.generator COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/demo/generator_test.py
    $<TARGET_FILE:teacher_corpus> $<TARGET_FILE:corpus-cli> ${PROJECT_SOURCE_DIR}/bench)
  set_tests_properties(demo.generator PROPERTIES TIMEOUT 300)
endif()
