# The C API, from C99 with the strictest warnings, against the shared library; and as C++.
add_executable(corpus_test_capi_c ${CMAKE_CURRENT_SOURCE_DIR}/capi/capi_test.c)
set_target_properties(corpus_test_capi_c PROPERTIES C_STANDARD 99 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF)
target_compile_options(corpus_test_capi_c PRIVATE -Wall -Wextra -pedantic -Werror)
target_compile_definitions(corpus_test_capi_c PRIVATE _POSIX_C_SOURCE=200809L)
target_link_libraries(corpus_test_capi_c PRIVATE corpus_c Threads::Threads)
add_test(NAME capi.c99 COMMAND sh -c
  "rm -rf ${CMAKE_CURRENT_BINARY_DIR}/capi && mkdir -p ${CMAKE_CURRENT_BINARY_DIR}/capi && $<TARGET_FILE:corpus_test_capi_c> ${CMAKE_CURRENT_BINARY_DIR}/capi")
set_tests_properties(capi.c99 PROPERTIES TIMEOUT 300)

# The names that the library shows are a list in the tree: growing it is a decision.
add_test(NAME capi.symbols COMMAND sh -c
  "nm -D --defined-only $<TARGET_FILE:corpus_c> | sed -n 's/^[0-9a-f]* T \\(corpus_[a-z_]*\\)@.*/\\1/p' | sort | diff ${CMAKE_CURRENT_SOURCE_DIR}/capi/symbols.txt - && ! nm -D --defined-only $<TARGET_FILE:corpus_c> | grep -v ' corpus_\\| CORPUS_1'")
