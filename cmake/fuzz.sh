#!/bin/sh
# Fuzzes winodnn for so many seconds, under the address and undefined-behaviour sanitizers: fuzz_api, which calls oneDNN's C
# API, or fuzz_block, which alters packed weights. What it finds is left in build-fuzz, and makes this fail.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/cmake/setup.sh"

usage="usage: sh cmake/fuzz.sh SECONDS [fuzz_api | fuzz_block]"
case ${1-} in
    '' | *[!0-9]*) die "$usage" ;;
esac
target=${2-fuzz_api}
case $target in
    fuzz_api | fuzz_block) ;;
    *) die "$usage" ;;
esac
need_packages clang libclang-rt-14-dev
configure "$root/build-fuzz" -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++ -DWINODNN_FUZZ=ON \
    -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG='-O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all'
build "$target"
say "Fuzzing for $1 seconds"
rm -rf "$build/corpus-$target"
mkdir "$build/corpus-$target"
cd "$build"
# Memory grows for a while: kernels are kept.
exec env OMP_NUM_THREADS=2 OMP_WAIT_POLICY=passive "tests/fuzz/$target" -max_total_time="$1" -max_len=400 -len_control=0 -timeout=60 \
    -rss_limit_mb=4096 -print_final_stats=1 "corpus-$target"
