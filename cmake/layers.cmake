# The layers of the code. Each is a target that sees the headers of the layers it declares and no others: an include
# against that order does not compile. docs/architecture.md draws them.

# winodnn_layer(NAME [FOLDER folder] [SOURCES file...] [DEPENDS layer...] [LIBS target...])
# FOLDER is where the layer's headers lie, src/NAME unless said otherwise. Sources are relative to it.
function(winodnn_layer name)
    cmake_parse_arguments(PARSE_ARGV 1 layer "" "FOLDER" "SOURCES;DEPENDS;LIBS")
    if(NOT layer_FOLDER)
        set(layer_FOLDER ${PROJECT_SOURCE_DIR}/src/${name})
    endif()
    list(TRANSFORM layer_SOURCES PREPEND ${layer_FOLDER}/)

    # A folder that shows this layer alone: "name/header.hpp" is found in it, nobody else's headers are.
    set(shown ${PROJECT_BINARY_DIR}/layers/${name})
    file(MAKE_DIRECTORY ${shown})
    file(CREATE_LINK ${layer_FOLDER} ${shown}/${name} SYMBOLIC)

    set(target winodnn_${name})
    set(scope PUBLIC)
    if(layer_SOURCES)
        add_library(${target} OBJECT ${layer_SOURCES})
    else()
        add_library(${target} INTERFACE)
        set(scope INTERFACE)
    endif()
    list(TRANSFORM layer_DEPENDS PREPEND winodnn_ OUTPUT_VARIABLE below)
    target_include_directories(${target} ${scope} ${shown})
    target_link_libraries(${target} ${scope} ${below} ${layer_LIBS})
    set_property(GLOBAL APPEND PROPERTY winodnn_layers ${name})
    set_property(TARGET ${target} PROPERTY winodnn_depends ${layer_DEPENDS})
endfunction()

# Writes what depends on what, a line an edge, as the targets have it.
function(winodnn_write_layers file)
    get_property(layers GLOBAL PROPERTY winodnn_layers)
    set(text "")
    foreach(layer IN LISTS layers)
        get_property(depends TARGET winodnn_${layer} PROPERTY winodnn_depends)
        foreach(below IN LISTS depends)
            string(APPEND text "${layer} --> ${below}\n")
        endforeach()
    endforeach()
    file(WRITE ${file} "${text}")
endfunction()
