# A suffix array to compare dedup.substring with.
find_library(DIVSUFSORT divsufsort REQUIRED)
target_link_libraries(corpus_test_dedup PRIVATE ${DIVSUFSORT})
