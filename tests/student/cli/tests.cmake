# The command line of the student, and the Python packages that people use with it.
if(TARGET student-cli)
  file(GLOB student_golden CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/student/cli/*.test)
  add_test(NAME student.cli.golden COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/cli/golden_test.py ${student_golden})
  add_test(NAME student.cli.clients COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/student/cli/clients_test.py)
  add_test(NAME student.cli.lm_eval_tasks COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/student/cli/lm_eval_tasks_test.py)
  add_test(NAME student.cli.kill COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/student/cli/kill_test.py)
  add_test(NAME student.cli.peft COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/student/cli/peft_test.py)
  add_test(NAME student.cli.processes COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/student/cli/processes_test.py)
  set_tests_properties(student.cli.golden student.cli.clients student.cli.lm_eval_tasks student.cli.kill
    student.cli.peft student.cli.processes PROPERTIES TIMEOUT 900 SKIP_RETURN_CODE 77
    ENVIRONMENT "CORPUS_BINARY=$<TARGET_FILE:student-cli>")
endif()
