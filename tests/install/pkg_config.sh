#!/bin/sh
# The example by pkg-config and make. Arguments: prefix, example, build folder, oneDNN's prefix.
set -eu
rm -rf "$3"
cp -R "$2" "$3"
PKG_CONFIG_PATH=$(find "$1" -name pkgconfig) make -C "$3" DNNL_PREFIX="$4" convolution
LD_LIBRARY_PATH=$(dirname "$(find "$1" -name libwinodnn.so)") "$3/convolution"
