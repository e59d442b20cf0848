#!/bin/sh
# What is installed works from another folder, through a link, and finds its own library there. Arguments: prefix,
# example, build folder, oneDNN's prefix, libdnnl, Python.
set -eu
rm -rf "$3"
mkdir -p "$3/elsewhere" "$3/bin"
cp -R "$1/." "$3/elsewhere"
ln -s "$3/elsewhere/bin/winodnn" "$3/bin/winodnn"
"$6" -B "$3/bin/winodnn" run -- "$6" -B "$2/convolution.py" "$5"
"$6" -B "$3/bin/winodnn" run -- sh -c 'echo "$LD_PRELOAD"' | grep "^$3/elsewhere/"
PKG_CONFIG_PATH=$(find "$3/elsewhere" -name pkgconfig) pkg-config --cflags winodnn | grep "$3/elsewhere"
