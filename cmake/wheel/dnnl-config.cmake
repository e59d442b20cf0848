# The newest oneDNN of PyPI has headers and library, and no CMake package: this is one for it, to be copied to
# lib/cmake/dnnl of the virtual environment that it is installed in.
get_filename_component(prefix ${CMAKE_CURRENT_LIST_DIR}/../../.. ABSOLUTE)
if(NOT TARGET DNNL::dnnl)
    add_library(DNNL::dnnl SHARED IMPORTED)
    set_target_properties(DNNL::dnnl PROPERTIES
        IMPORTED_LOCATION ${prefix}/lib/libdnnl.so.3
        INTERFACE_INCLUDE_DIRECTORIES ${prefix}/include
        # The SYCL libraries that it needs are found when programs run: LD_LIBRARY_PATH has them.
        INTERFACE_LINK_OPTIONS LINKER:--allow-shlib-undefined)
endif()
