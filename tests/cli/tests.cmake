# Parts of the command line that are worth a test of their own, without main().
target_sources(corpus_test_cli PRIVATE
  ${PROJECT_SOURCE_DIR}/apps/corpus/progress.cc ${PROJECT_SOURCE_DIR}/apps/corpus/report.cc)
target_include_directories(corpus_test_cli PRIVATE ${PROJECT_SOURCE_DIR}/apps/corpus)
target_link_libraries(corpus_test_cli PRIVATE corpus_apps_common)

if(CORPUS_APPS)
  foreach(what golden docs completions)
    add_test(NAME cli.${what} COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/cli/${what}_test.py)
    set_tests_properties(cli.${what} PROPERTIES TIMEOUT 600
      ENVIRONMENT "CORPUS_BINARY=$<TARGET_FILE:corpus-cli>")
  endforeach()
endif()
