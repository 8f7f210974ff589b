# Arrow C++ and Parquet, for libcorpus/parquet alone: from pyarrow's wheel, which carries headers and libraries, or as
# an installed CMake package. Gives CORPUS_PARQUET_LIBRARIES and CORPUS_PARQUET_INCLUDE_DIRS.
set(CORPUS_PARQUET_LIBRARIES "")
set(CORPUS_PARQUET_INCLUDE_DIRS "")
if(NOT CORPUS_PARQUET)
  return()
endif()
if(NOT CORPUS_PARQUET_PYTHON)
  find_package(Parquet CONFIG REQUIRED)  # finds Arrow
  foreach(pair IN ITEMS Parquet::parquet Arrow::arrow)
    if(TARGET ${pair}_shared)
      list(APPEND CORPUS_PARQUET_LIBRARIES ${pair}_shared)
    else()
      list(APPEND CORPUS_PARQUET_LIBRARIES ${pair}_static)
    endif()
  endforeach()
  return()
endif()
set(CMAKE_INSTALL_RPATH_USE_LINK_PATH ON)  # the wheel is where no loader looks
# The versioned names, so that nothing has to be written into the wheel (pyarrow.create_library_symlinks()).
execute_process(
  COMMAND ${CORPUS_PARQUET_PYTHON} -c "import glob, pyarrow
print(pyarrow.get_include())
for name in ('parquet', 'arrow'):
    print(sorted(f for d in pyarrow.get_library_dirs() for f in glob.glob(f'{d}/lib{name}.so.*'))[0])"
  OUTPUT_VARIABLE wheel ERROR_VARIABLE why RESULT_VARIABLE failed OUTPUT_STRIP_TRAILING_WHITESPACE)
if(failed)
  message(FATAL_ERROR "CORPUS_PARQUET_PYTHON=${CORPUS_PARQUET_PYTHON} has no pyarrow with libraries: "
                      "pip install pyarrow\n${why}")
endif()
string(REPLACE "\n" ";" wheel "${wheel}")
list(POP_FRONT wheel CORPUS_PARQUET_INCLUDE_DIRS)
set(CORPUS_PARQUET_LIBRARIES ${wheel})
