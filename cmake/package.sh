#!/bin/sh
# Makes the wheel and the Debian packages, in build/packages. With --test, installs each into a fresh folder and uses it
# there.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/cmake/setup.sh"

usage="usage: sh cmake/package.sh [wheel | deb] [--test]
  wheel and deb make that one alone
  --test installs each into a fresh folder and uses it there"

kinds= test=
for argument in "$@"; do
    case $argument in
        wheel | deb) kinds="$kinds $argument" ;;
        --test) test=yes ;;
        --help | -h) printf '%s\n' "$usage"; exit 0 ;;
        *) die "$usage" ;;
    esac
done
kinds=${kinds:-wheel deb}
packages=$root/build/packages

make_wheel() {
    # pip builds in an environment of its own, with the oneDNN that pyproject.toml names.
    need_packages g++ python3 python3-venv libxbyak-dev libexpected-dev libtbb-dev libzydis-dev
    need_python build
    rm -f "$packages"/*.whl
    # Where it builds with make, that would be one file after the other.
    CMAKE_BUILD_PARALLEL_LEVEL=$(nproc) "$venv/bin/python" -m build --wheel --outdir "$packages" "$root" ||
        die "the wheel could not be built"
}

make_deb() {
    need_packages dpkg-dev gzip
    rm -f "$packages"/*.deb
    # Debian's flags for packages; what matters for speed is generated at run time. Debugging information would be
    # stripped.
    eval "$(DEB_BUILD_MAINT_OPTIONS=hardening=+all DEB_CFLAGS_MAINT_STRIP=-g DEB_CXXFLAGS_MAINT_STRIP=-g \
        dpkg-buildflags --export=sh)"
    configure "$root/build/debian" --fresh -DCMAKE_INSTALL_PREFIX=/usr -DWINODNN_PYTHON_DIR=lib/python3/dist-packages -DWINODNN_TESTS=OFF \
        -DCMAKE_BUILD_TYPE=Release
    build
    # What cpack makes has the permissions of the umask.
    (umask 022 && cd "$build" && cpack -B "$packages") || die "the Debian packages could not be made"
    rm -rf "$packages/_CPack_Packages"
}

test_kind() {
    need_packages cmake make g++ pkg-config python3 python3-venv lintian man-db bash
    need_onednn
    say "Testing the $1"
    onednn=$(sed -n 's/^dnnl_DIR:PATH=//p' "$root/build/find_onednn/CMakeCache.txt")
    python3 -B "$root/tests/packages/$1_test.py" "$packages" "$onednn" "$root"
}

mkdir -p "$packages"
for kind in $kinds; do
    say "Making the $kind"
    "make_$kind"
    [ -z "$test" ] || test_kind "$kind"
done
say "In $packages:"
ls -l "$packages"
