# make install, find_package(winodnn) and pkg-config for its users. The components are the packages of package.cmake.
include(CMakePackageConfigHelpers)

set(winodnn_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/winodnn)
set(winodnn_pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

install(TARGETS winodnn EXPORT winodnn-targets LIBRARY
    DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime NAMELINK_COMPONENT development)
foreach(module winodnn-tbb winodnn-zydis)
    if(TARGET ${module})
        install(TARGETS ${module} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime)
    endif()
endforeach()
install(DIRECTORY include/winodnn DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
install(EXPORT winodnn-targets NAMESPACE winodnn:: DESTINATION ${winodnn_package_dir} COMPONENT development)

configure_package_config_file(cmake/winodnn-config.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/winodnn-config.cmake
    INSTALL_DESTINATION ${winodnn_package_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/winodnn-config-version.cmake
    COMPATIBILITY SameMinorVersion)
install(FILES
    ${CMAKE_CURRENT_BINARY_DIR}/winodnn-config.cmake
    ${CMAKE_CURRENT_BINARY_DIR}/winodnn-config-version.cmake
    DESTINATION ${winodnn_package_dir} COMPONENT development)

# Relative to the .pc file, so that whatever is installed can be moved.
file(RELATIVE_PATH WINODNN_PREFIX_FROM_PKGCONFIG /${winodnn_pkgconfig_dir} /)
configure_file(cmake/winodnn.pc.in ${CMAKE_CURRENT_BINARY_DIR}/winodnn.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/winodnn.pc DESTINATION ${winodnn_pkgconfig_dir} COMPONENT development)
