// How the functions that programs see are declared and defined.
#pragma once

#include "provider/exported/exported_functions.h"

// The library is built with hidden visibility; src/provider/exported/exports.map has the last word on what
// gets out.
#define WINODNN_EXPORT extern "C" __attribute__((visibility("default")))

// Under oneDNN's names are the entry points. What is defined under such a name here is called served_<name>;
// functions that oneDNN's headers may not have must be declared before they are defined.
#define WINODNN_PRAGMA(text) _Pragma(#text)
#define WINODNN_RENAME(name) WINODNN_PRAGMA(redefine_extname name served_##name)
WINODNN_STATUS_FUNCTIONS(WINODNN_RENAME)
WINODNN_VALUE_FUNCTIONS(WINODNN_RENAME)
#undef WINODNN_RENAME
#undef WINODNN_PRAGMA
