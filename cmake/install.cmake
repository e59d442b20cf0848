# make install, and find_package(winodnn) for its users.
include(CMakePackageConfigHelpers)

set(winodnn_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/winodnn)

install(TARGETS winodnn EXPORT winodnn-targets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(TARGET winodnn-tbb)
    install(TARGETS winodnn-tbb LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
endif()
install(DIRECTORY include/winodnn DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT winodnn-targets NAMESPACE winodnn:: DESTINATION ${winodnn_package_dir})

configure_package_config_file(cmake/winodnn-config.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/winodnn-config.cmake
    INSTALL_DESTINATION ${winodnn_package_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/winodnn-config-version.cmake
    COMPATIBILITY SameMinorVersion)
install(FILES
    ${CMAKE_CURRENT_BINARY_DIR}/winodnn-config.cmake
    ${CMAKE_CURRENT_BINARY_DIR}/winodnn-config-version.cmake
    DESTINATION ${winodnn_package_dir})
