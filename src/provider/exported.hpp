// How the functions that programs see are declared.
#pragma once

// The library is built with hidden visibility; src/provider/exports.map has the last word on what gets out.
#define WINODNN_EXPORT extern "C" __attribute__((visibility("default")))
