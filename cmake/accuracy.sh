#!/bin/sh
# The accuracy lab: trains two small networks, quantizes them and runs them in all of winodnn's modes. Downloads
# PyTorch (several GB) into the virtual environment; takes a quarter of an hour on two cores.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/cmake/setup.sh"

usage="usage: sh cmake/accuracy.sh
  Downloads PyTorch the first time (several GB), and takes a quarter of an hour on two cores
  Leaves tables.md and accuracy.svg in build"
case ${1-} in
    --help | -h) printf '%s\n' "$usage"; exit 0 ;;
esac
[ $# -eq 0 ] || die "$usage"
configure "$root/build"
build winodnn accuracy_runner referee
for module in torch sklearn matplotlib; do
    has_python "$module" || { need_python torch scikit-learn matplotlib numpy; break; }
done
networks=$build/accuracy
[ -e "$networks/vgg/network.json" ] && [ -e "$networks/resnet/network.json" ] || {
    say "Training"
    "$venv/bin/python" -B "$root/bench/accuracy/train.py" "$networks"
}
say "Running"
exec "$venv/bin/python" -B "$root/bench/accuracy/lab.py" --programs "$build/bench" \
    --library "$build/src/provider/libwinodnn.so" --networks "$networks" --report "$build"
