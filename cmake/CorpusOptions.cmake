# Compiler settings, all in one place. Targets of this project link corpus_options (PRIVATE).
add_library(corpus_options INTERFACE)
target_compile_features(corpus_options INTERFACE cxx_std_20)
target_compile_options(corpus_options INTERFACE
  -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wno-missing-field-initializers
  -fno-math-errno)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(corpus_options INTERFACE -Wno-restrict)  # false on std::string, GCC bug 105651
  # False on a std::variant in a vector that grows, in optimised builds only.
  target_compile_options(corpus_options INTERFACE $<$<CONFIG:Release>:-Wno-stringop-overflow>)
endif()
if(CORPUS_WERROR)
  target_compile_options(corpus_options INTERFACE -Werror)
endif()
if(CORPUS_SANITIZE)
  # Both when compiling and when linking, for every target, so that no object is left out.
  add_compile_options(-fsanitize=${CORPUS_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${CORPUS_SANITIZE})
  if(CORPUS_SANITIZE MATCHES address)
    # What the other checks find anyway, for a fifth of the compile time.
    add_compile_options(-fno-sanitize=null,object-size,vptr)
  endif()
endif()
if(CORPUS_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_CXX_STANDARD 20)
  set(CMAKE_CXX_STANDARD_REQUIRED ON)
  set(CMAKE_CXX_EXTENSIONS OFF)
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
  if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
  endif()
  set(CMAKE_CXX_FLAGS_RELEASE "-O3 -DNDEBUG")
  set(CMAKE_CXX_FLAGS_DEBUG "-Og -g1")  # a fifth faster to build; for a debugger: -DCMAKE_CXX_FLAGS=-g
  find_program(CORPUS_CCACHE ccache)
  if(CORPUS_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CORPUS_CCACHE})
  endif()
endif()
