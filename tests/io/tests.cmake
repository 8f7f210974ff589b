# The tests make their own compressed bytes.
target_link_libraries(corpus_test_io PRIVATE PkgConfig::ZSTD PkgConfig::ZLIB)
