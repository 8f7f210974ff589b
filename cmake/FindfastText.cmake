# fastText::fastText: Debian's pkg-config file has no version and points at /usr/include, so it is no help.
find_path(fastText_INCLUDE_DIR fasttext/fasttext.h)
find_library(fastText_LIBRARY fasttext)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(fastText REQUIRED_VARS fastText_LIBRARY fastText_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "install libfasttext-dev (scripts/setup)")
if(fastText_FOUND AND NOT TARGET fastText::fastText)
  add_library(fastText::fastText UNKNOWN IMPORTED)
  set_target_properties(fastText::fastText PROPERTIES IMPORTED_LOCATION ${fastText_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${fastText_INCLUDE_DIR})
endif()
mark_as_advanced(fastText_INCLUDE_DIR fastText_LIBRARY)
