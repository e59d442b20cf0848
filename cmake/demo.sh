#!/bin/sh
# A photograph enlarged four times by a network, in f32, in int8 by oneDNN and with winodnn: what is gained, and that
# nothing is lost. Leaves pictures, times and index.html in build/demo.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/cmake/setup.sh"

usage="usage: sh cmake/demo.sh [PICTURE]
  PICTURE is a photograph of any size; without one, one of scikit-image's is taken
  Downloads the network and Python packages from PyPI the first time"
case ${1-} in
    --help | -h) printf '%s\n' "$usage"; exit 0 ;;
    -*) die "$usage" ;;
esac
[ $# -le 1 ] || die "$usage"
if [ $# -eq 1 ]; then
    [ -f "$1" ] && [ -r "$1" ] || die "$1: there is no such file, or it cannot be read"
fi

configure "$root/build"
build winodnn network_runner referee
need_demo_packages
say "Running"
exec "$venv/bin/python" -B "$root/bench/demo/demo.py" --programs "$build/bench" --library "$build/src/provider/libwinodnn.so" \
    --models "$build/models" --output "$build/demo" "$@"
