#!/bin/sh
# Fuzzes winodnn under the address and undefined-behaviour sanitizers, for so many seconds: one target of tests/fuzz, or
# all of them in turn. Starts from what tests/fuzz/corpus has. What is found is left in build-fuzz, and makes this fail.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/cmake/setup.sh"

names=$(sed -n 's/^winodnn_fuzzer(\(.*\))$/\1/p' "$root/tests/fuzz/CMakeLists.txt")
usage() {
    printf 'usage: sh cmake/fuzz.sh [SECONDS [NAME]]\n  SECONDS for each target, 60 if none are given\n  NAME is one of'
    printf ' %s' $names
    printf '\n'
}

seconds=60
case ${1-} in
    --help) usage; exit ;;
    '') ;;
    *[!0-9]* | 0*) die "$(usage)" ;;
    *) seconds=$1 ;;
esac
[ $# -le 2 ] || die "$(usage)"
if [ $# -eq 2 ]; then
    case " $(echo $names) " in
        *" $2 "*) names=$2 ;;
        *) die "$(usage)" ;;
    esac
fi

need_packages clang libclang-rt-14-dev
configure "$root/build-fuzz" -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++ -DWINODNN_FUZZ=ON \
    -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG='-O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all'
build $names
failed=
for name in $names; do
    say "$name: fuzzing for $seconds seconds"
    mkdir -p "$build/corpus/$name" "$build/found"
    # Memory grows for a while: kernels are kept. Messages of winodnn's would hide libFuzzer's progress.
    status=0
    env OMP_NUM_THREADS=2 OMP_WAIT_POLICY=passive "$build/tests/fuzz/$name" -max_total_time="$seconds" -max_len=400 \
        -len_control=0 -timeout=60 -rss_limit_mb=4096 -print_final_stats=1 -close_fd_mask=2 \
        -artifact_prefix="$build/found/$name-" "$build/corpus/$name" "$root/tests/fuzz/corpus/$name" || status=$?
    # libFuzzer's own status when it is interrupted.
    [ "$status" -ne 72 ] && [ "$status" -ne 130 ] || die "interrupted"
    [ "$status" -eq 0 ] || failed="$failed $name"
done
[ -z "$failed" ] || die "something was found by$failed: see $build/found"
