#!/bin/sh
# The example in Python, under the installed command. Arguments: prefix, example, build folder, oneDNN's prefix, libdnnl,
# Python.
set -eu
"$6" -B "$1/bin/winodnn" run -- "$6" -B "$2/convolution.py" "$5"
# Not reached without the command.
if "$6" -B "$2/convolution.py" "$5"; then exit 1; fi
