# Debian packages by cpack: the library, what is needed to compile with it, and the command. They are made of a build for
# /usr without tests, by package.sh.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "The winodnn maintainers <maintainers@winodnn.invalid>" CACHE STRING "Who makes the packages")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "exact int8 Winograd convolutions for oneDNN v3 on x86")
set(CPACK_PACKAGING_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL runtime development command)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(same_version "= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}")
set(about "winodnn takes over the 3x3 convolutions of int8 networks in programs that\n\
use oneDNN v3, and computes them by Winograd's algorithm to the same bits, in\n\
kernels that are generated for the CPU and the layer.\n.\n")

set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME libwinodnn${PROJECT_VERSION_MAJOR})
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_LIST_DIR}/debian/triggers)
set(CPACK_DEBIAN_RUNTIME_DESCRIPTION "${about}This package has the library.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libwinodnn-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "${CPACK_DEBIAN_RUNTIME_PACKAGE_NAME} (${same_version})")
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "${about}This package has its header, and its files for CMake and pkg-config.")

set(CPACK_DEBIAN_COMMAND_PACKAGE_NAME winodnn)
set(CPACK_DEBIAN_COMMAND_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_COMMAND_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_COMMAND_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_LIST_DIR}/debian/prerm)
set(CPACK_DEBIAN_COMMAND_PACKAGE_DEPENDS
    "python3 (>= 3.9), ${CPACK_DEBIAN_RUNTIME_PACKAGE_NAME} (${same_version})")
set(CPACK_DEBIAN_COMMAND_DESCRIPTION "${about}This package has the command, which preloads the library under programs,\n\
says whether that works, and what it gains.")

# What each package has to have in Debian.
if(CMAKE_INSTALL_PREFIX STREQUAL /usr)
    set(changelog ${CMAKE_CURRENT_BINARY_DIR}/changelog)
    configure_file(cmake/debian/changelog.in ${changelog} @ONLY)
    execute_process(COMMAND gzip -9nf ${changelog} COMMAND_ERROR_IS_FATAL ANY)
    foreach(component runtime development command)
        string(TOUPPER ${component} upper)
        set(name ${CPACK_DEBIAN_${upper}_PACKAGE_NAME})
        install(FILES cmake/debian/copyright DESTINATION share/doc/${name} COMPONENT ${component})
        install(FILES ${changelog}.gz DESTINATION share/doc/${name} RENAME changelog.Debian.gz COMPONENT ${component})
        install(FILES cmake/debian/${name}.lintian-overrides DESTINATION share/lintian/overrides RENAME ${name}
            COMPONENT ${component})
    endforeach()
endif()

include(CPack)
