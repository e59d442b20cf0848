#!/bin/sh
# Fuzzes oneDNN's C API through winodnn for so many seconds, under the address and undefined-behaviour sanitizers. What it
# finds is left in build-fuzz, and makes this fail.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/cmake/setup.sh"

case ${1-} in
    '' | *[!0-9]*) die "usage: sh cmake/fuzz.sh SECONDS" ;;
esac
need_packages clang libclang-rt-14-dev
configure "$root/build-fuzz" -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++ -DWINODNN_FUZZ=ON \
    -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG='-O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all'
build fuzz_api
say "Fuzzing for $1 seconds"
rm -rf "$build/corpus"
mkdir "$build/corpus"
cd "$build"
# Memory grows for a while: kernels are kept.
exec env OMP_NUM_THREADS=2 OMP_WAIT_POLICY=passive tests/fuzz/fuzz_api -max_total_time="$1" -max_len=400 -len_control=0 -timeout=60 \
    -rss_limit_mb=4096 -print_final_stats=1 corpus
