#!/bin/sh
# All benchmarks: the layer files at every instruction set that the CPU has, calibrated, and on more threads. With --peers
# against ONNX Runtime, OpenVINO and ncnn as well, which are downloaded from PyPI. Results, tables and plots are left in
# build/bench-report; with --publish in docs too.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/cmake/setup.sh"

usage() {
    die "usage: sh cmake/bench.sh [--peers] [--publish] [--quick | --layers FILE...]
  --quick is bench/layers/core.txt at the best instruction set alone"
}

peers=none quick= publish= chosen= options=
left=$#
while [ "$left" -gt 0 ]; do
    argument=$1
    shift
    left=$((left - 1))
    case $argument in
        --peers) peers=some ;;
        --quick) quick=--quick ;;
        --publish) publish=$root/docs ;;
        --layers) chosen=yes ;;
        -*) usage ;;
        *)
            [ "${previous-}" = --layers ] || usage
            [ -f "$argument" ] && [ -r "$argument" ] || die "$argument: there is no such file, or it cannot be read"
            # Behind the arguments that are left: what remains in the end are the files.
            set -- "$@" "$argument"
            continue
            ;;
    esac
    previous=$argument
    [ "$argument" = --publish ] || options="$options $argument"
done
if [ -n "$chosen" ]; then
    [ $# -gt 0 ] && [ -z "$quick" ] || usage
    # Whoever chooses the layers wants them all.
    [ "$peers" = none ] || peers=all
    options="$options FILE..."
elif [ -n "$quick" ]; then
    set -- "$root/bench/layers/core.txt"
else
    set -- "$root"/bench/layers/*.txt
fi

configure "$root/build"
build vs_direct stages
has_python matplotlib || need_python matplotlib numpy
if [ "$peers" != none ]; then
    for module in onnxruntime onnx openvino ncnn; do
        has_python "$module" || { need_python onnxruntime onnx openvino ncnn; break; }
    done
fi
report=$build/bench-report
say "Measuring"
"$venv/bin/python" -B "$root/bench/suite/measure.py" --programs "$build/bench" \
    --output "$report/benchmarks/results.json" --peers "$peers" ${quick:+"$quick"} "$@"
exec "$venv/bin/python" -B "$root/bench/suite/report.py" "$report" --options "$options" ${publish:+--publish "$publish"}
