#!/bin/sh
# Uses winodnn in eight threads for a long time: they create, execute, calibrate and destroy convolutions, and all
# results have to be right, and memory to stay as it was. A share of the time for each instruction set.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/cmake/setup.sh"

case ${1:-3600} in
    --help)
        echo "usage: sh cmake/soak.sh [SECONDS]    (3600; Ctrl-C ends it)"
        exit 0
        ;;
    *[!0-9]* | '') die "usage: sh cmake/soak.sh [SECONDS]" ;;
esac
seconds=${1:-3600}

configure "$root/build"
build soak
# The program ends by itself, and says how far it was.
interrupted=
trap 'interrupted=1' INT
isas="AVX512_CORE_VNNI AVX512_CORE AVX2_VNNI AVX2"
for isa in $isas; do
    say "$isa, $((seconds / 4)) s"
    status=0
    ONEDNN_MAX_CPU_ISA=$isa OMP_WAIT_POLICY=passive "$build/tests/soak/soak" --seconds=$((seconds / 4)) || status=$?
    [ -z "$interrupted" ] || exit 130
    case $status in
        0) ;;
        77) say "$isa is skipped" ;;
        *) die "the soak failed at $isa" ;;
    esac
done
say "Nothing failed"
