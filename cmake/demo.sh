#!/bin/sh
# VGG-16 and ResNet-50 on a photograph: oneDNN alone and the same program with winodnn preloaded.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/cmake/setup.sh"

[ $# -le 1 ] || die "usage: sh cmake/demo.sh [IMAGE]"
if [ $# -eq 1 ]; then
    [ -f "$1" ] && [ -r "$1" ] || die "$1: there is no such file, or it cannot be read"
fi

configure "$root/build"
build winodnn demo_network
has_python PIL || need_python Pillow
# Only for its sample images: without the packages that it depends on.
has_python sklearn || need_python --no-deps scikit-learn
say "Running"
exec "$venv/bin/python" -B "$root/bench/demo/demo.py" --program "$build/bench/demo_network" \
    --library "$build/src/provider/libwinodnn.so" "$@"
