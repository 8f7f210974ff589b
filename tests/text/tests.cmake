# The reference implementation of this folder's tests.
target_link_libraries(corpus_test_text PRIVATE PkgConfig::ICU)
