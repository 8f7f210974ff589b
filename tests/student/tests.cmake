# tests/student/<folder>/*_test.cc -> student_test_<folder>. A folder may bring a tests.cmake of its own (scripts).
file(GLOB student_folders CONFIGURE_DEPENDS LIST_DIRECTORIES true ${CMAKE_CURRENT_SOURCE_DIR}/student/*)
foreach(student_dir IN LISTS student_folders)
  get_filename_component(student_folder ${student_dir} NAME)
  file(GLOB student_sources CONFIGURE_DEPENDS ${student_dir}/*_test.cc)
  if(student_sources)
    add_executable(student_test_${student_folder} ${student_sources})
    target_link_libraries(student_test_${student_folder} PRIVATE corpus_options
      -Wl,--start-group ${student_libs} -Wl,--end-group corpus GTest::gtest GTest::gmock GTest::gtest_main)
    target_include_directories(student_test_${student_folder} PRIVATE
      ${PROJECT_SOURCE_DIR}/apps/student ${CMAKE_CURRENT_SOURCE_DIR})
    target_compile_definitions(student_test_${student_folder} PRIVATE
      CORPUS_SOURCE_DIR="${PROJECT_SOURCE_DIR}" CORPUS_BINARY_DIR="${PROJECT_BINARY_DIR}")
    gtest_discover_tests(student_test_${student_folder} TEST_PREFIX student.${student_folder}.
      DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 600)
  endif()
  if(EXISTS ${student_dir}/tests.cmake)
    include(${student_dir}/tests.cmake)
  endif()
endforeach()
