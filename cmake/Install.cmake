# Installing, packaging: headers, library, command line, CMake and pkg-config files.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/libcorpus)
install(TARGETS corpus EXPORT libcorpusTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY libcorpus/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT libcorpusTargets NAMESPACE libcorpus:: DESTINATION ${package_dir})

get_target_property(corpus_type corpus TYPE)
configure_package_config_file(cmake/libcorpusConfig.cmake.in libcorpusConfig.cmake
  INSTALL_DESTINATION ${package_dir})
# Before 1.0 a minor version may break the API.
write_basic_package_version_file(libcorpusConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/libcorpusConfig.cmake
              ${PROJECT_BINARY_DIR}/libcorpusConfigVersion.cmake
              ${CMAKE_CURRENT_LIST_DIR}/FindCLD2.cmake ${CMAKE_CURRENT_LIST_DIR}/FindfastText.cmake
  DESTINATION ${package_dir})

configure_file(cmake/libcorpus.pc.in libcorpus.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/libcorpus.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES README.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

if(PROJECT_IS_TOP_LEVEL)
  set(CPACK_GENERATOR DEB TGZ)
  set(CPACK_PACKAGE_NAME libcorpus-dev)
  set(CPACK_PACKAGE_CONTACT "libcorpus maintainers")
  set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
  set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
  set(CPACK_DEBIAN_PACKAGE_SECTION libdevel)
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
  # What a program that links the static library needs besides.
  set(CPACK_DEBIAN_PACKAGE_DEPENDS "libsimdjson-dev, libtbb-dev, libzstd-dev, libisal-dev, \
zlib1g-dev, libxxhash-dev, libicu-dev, libyaml-cpp-dev, libssl-dev, libcld2-dev, libfasttext-dev")
  set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
  include(CPack)
endif()
