#!/bin/sh
# Builds everything and runs all tests; with --sanitize under the address and undefined-behaviour sanitizers; with
# --sanitize thread those that run threads of their own, under the thread sanitizer; with
# --onednn against another oneDNN than the one of the README: `tbb` is v3.2 with oneTBB's threads, `newest` is the
# newest of PyPI, with SYCL's (2 GB); with --frameworks PyTorch's oneDNN, which is linked statically, and PaddlePaddle's.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/cmake/setup.sh"

usage="usage: sh cmake/test.sh [--sanitize [thread] | --onednn tbb | --onednn newest | --frameworks]
  --sanitize         under the address and undefined-behaviour sanitizers
  --sanitize thread  tests that run threads of their own, under the thread sanitizer
  --onednn tbb       against oneDNN v3.2 with oneTBB's threads
  --onednn newest    against the newest oneDNN of PyPI, with SYCL's queues (2 GB)
  --frameworks       PyTorch and PaddlePaddle with winodnn and without: outputs have to be equal (7 GB in build)"

# What it was tried with.
torch=torch==2.15.0
paddle=paddlepaddle==3.3.1

case $# in
    0) what= ;;
    1 | 2) what="$*" ;;
    *) die "$usage" ;;
esac
case $what in
    '')
        configure "$root/build" -DCMAKE_COMPILE_WARNING_AS_ERROR=ON
        ;;
    --sanitize)
        # Debug keeps the assertions; the optimisation is what makes the references bearable. Lines of code are all
        # that the sanitizers' reports need: with whole debugging information the build takes half as long again.
        configure "$root/build-sanitize" -DCMAKE_COMPILE_WARNING_AS_ERROR=ON -DWINODNN_SANITIZE=ON \
            -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG='-O1 -g1'
        ;;
    '--sanitize thread')
        configure "$root/build-thread" -DCMAKE_COMPILE_WARNING_AS_ERROR=ON -DWINODNN_SANITIZE_THREAD=ON \
            -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG='-O1 -g1'
        threaded='^(jit_test|run_test|weights_test|provider_(threadpool|lifetime|threads|asynchronous_.*)|soak_briefly)$'
        build jit_test run_test weights_test provider_threadpool provider_lifetime provider_threads provider_asynchronous soak
        say "Testing"
        exec ctest --test-dir "$build" --output-on-failure -R "$threaded"
        ;;
    '--onednn tbb')
        need_build_packages
        venv=$root/build-tbb/venv
        # The package does not say that it needs the compiler's libraries.
        [ -e "$venv/lib/libimf.so" ] || need_python onednn-devel-cpu-tbb==2023.2.0 intel-cmplr-lib-rt
        export LD_LIBRARY_PATH="$venv/lib"
        configure_for "$venv" "$root/build-tbb" -DCMAKE_COMPILE_WARNING_AS_ERROR=ON
        ;;
    '--onednn newest')
        need_build_packages
        venv=$root/build-newest/venv
        [ -e "$venv/include/oneapi/dnnl/dnnl.h" ] || need_python onednn-devel
        export LD_LIBRARY_PATH="$venv/lib"
        # SYCL's CPU device, which is otherwise found only if it is installed for the whole system.
        export OCL_ICD_FILENAMES="$venv/lib/libintelocl.so"
        mkdir -p "$venv/lib/cmake/dnnl"
        cp "$root"/cmake/wheel/*.cmake "$venv/lib/cmake/dnnl"
        configure_for "$venv" "$root/build-newest" -DCMAKE_COMPILE_WARNING_AS_ERROR=ON
        ;;
    --frameworks)
        configure "$root/build" -DCMAKE_COMPILE_WARNING_AS_ERROR=ON
        build winodnn
        venv=$root/build/frameworks
        if ! has_python torch || ! has_python numpy; then
            say "PyTorch comes with CUDA's libraries: $venv is going to take 6 GB"
            need_python "$torch" numpy
        fi
        # In an environment of its own: both bring libraries of the same names.
        pytorch=$venv
        venv=$root/build/frameworks-paddle
        if ! has_python paddle; then
            say "$venv is going to take 1 GB"
            need_python "$paddle" setuptools
        fi
        compare=$root/bench/frameworks/compare.py
        library=$build/src/provider/libwinodnn.so
        status=0
        say "Comparing"
        "$pytorch/bin/python" "$compare" "$library" || status=1
        "$venv/bin/python" "$compare" --framework paddle "$library" || status=1
        exit $status
        ;;
    --help | -h)
        printf '%s\n' "$usage"
        exit 0
        ;;
    *)
        die "$usage"
        ;;
esac
build
say "Testing"
exec ctest --test-dir "$build" --output-on-failure -j "$(nproc)"
