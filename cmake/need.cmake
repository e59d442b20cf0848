# need_package(NAME WHAT HOW [ARGUMENT...]): find_package(NAME ARGUMENT...), or an error that says what is missing and how
# to get it. A macro, because find_package's results are variables of whoever calls it.
macro(need_package name what how)
    find_package(${name} ${ARGN} QUIET)
    if(NOT ${name}_FOUND)
        message(FATAL_ERROR "winodnn is built with ${what}, which CMake did not find.\nTo get them: ${how}")
    endif()
endmacro()
