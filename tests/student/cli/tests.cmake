# The command line of the student, and the clients that people use against its server.
if(TARGET student-cli)
  file(GLOB student_golden CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/student/cli/*.test)
  add_test(NAME student.cli.golden COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/cli/golden_test.py ${student_golden})
  add_test(NAME student.cli.clients COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/student/cli/clients_test.py)
  set_tests_properties(student.cli.golden student.cli.clients PROPERTIES TIMEOUT 900 SKIP_RETURN_CODE 77
    ENVIRONMENT "CORPUS_BINARY=$<TARGET_FILE:student-cli>")
endif()
