# What `cmake --install` installs: the libraries with their public headers, fake-etcd, and what
# find_package(etcdpp) and pkg-config need to find them.
include(CMakePackageConfigHelpers)

# Static libraries need those behind them, which are no part of the API: their targets are called
# etcdpp::*_internal and have no headers.
set(libraries etcdpp etcdpp_proto)
if(ETCDPP_BUILD_FAKE)
  list(APPEND libraries fakeetcd)
  if(NOT BUILD_SHARED_LIBS)
    get_property(modules GLOBAL PROPERTY etcdpp_fake_modules)
    list(APPEND libraries ${modules})
  endif()
  install(TARGETS fake-etcd)
  file(RELATIVE_PATH libraries_of_program /${CMAKE_INSTALL_BINDIR} /${CMAKE_INSTALL_LIBDIR})
  set_target_properties(fake-etcd PROPERTIES INSTALL_RPATH $ORIGIN/${libraries_of_program})
endif()
if(BUILD_SHARED_LIBS)
  set_target_properties(${libraries} PROPERTIES
    VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
    INSTALL_RPATH $ORIGIN)  # they lie beside each other
endif()
if(TARGET etcdpp_mocks)
  list(APPEND libraries etcdpp_mocks)
  if(TARGET etcdpp_testing)
    list(APPEND libraries etcdpp_testing)
  endif()
endif()
install(TARGETS ${libraries} EXPORT etcdpp FILE_SET HEADERS)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/etcdpp)
install(EXPORT etcdpp NAMESPACE etcdpp:: DESTINATION ${package_folder} FILE etcdppTargets.cmake)
configure_package_config_file(cmake/etcdppConfig.cmake.in
  ${PROJECT_BINARY_DIR}/etcdppConfig.cmake INSTALL_DESTINATION ${package_folder})
# Before 1.0 each minor release may change the API.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/etcdppConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/etcdppConfig.cmake
  ${PROJECT_BINARY_DIR}/etcdppConfigVersion.cmake DESTINATION ${package_folder})

# pkg-config is for the client alone.
set(pc_private Requires.private)
if(NOT BUILD_SHARED_LIBS)
  set(pc_private Requires)  # an archive always needs what is behind it
endif()
file(RELATIVE_PATH pc_up  # from where the file is: the package may be moved
  /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(cmake/etcdpp.pc.in ${PROJECT_BINARY_DIR}/etcdpp.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/etcdpp.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

if(PROJECT_IS_TOP_LEVEL AND BUILD_TESTING AND ETCDPP_BUILD_FAKE AND NOT ETCDPP_SANITIZE)
  add_test(NAME installed_package
    COMMAND ${PROJECT_SOURCE_DIR}/cmake/install_test.sh ${PROJECT_BINARY_DIR}
            ${CMAKE_CXX_COMPILER} "${CMAKE_CXX_COMPILER_LAUNCHER}")
  set_tests_properties(installed_package PROPERTIES LABELS package TIMEOUT 600 COST 500)
endif()
