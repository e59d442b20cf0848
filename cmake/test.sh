#!/bin/sh
# Builds everything and runs all tests; with --sanitize under the address and undefined-behaviour sanitizers.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/cmake/setup.sh"

case ${1-} in
    '')
        configure "$root/build" -DCMAKE_COMPILE_WARNING_AS_ERROR=ON
        ;;
    --sanitize)
        # Debug keeps the assertions; the optimisation is what makes the references bearable.
        configure "$root/build-sanitize" -DCMAKE_COMPILE_WARNING_AS_ERROR=ON -DWINODNN_SANITIZE=ON \
            -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG='-O1 -g'
        ;;
    *)
        die "usage: sh cmake/test.sh [--sanitize]"
        ;;
esac
build
say "Testing"
exec ctest --test-dir "$build" --output-on-failure
