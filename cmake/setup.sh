# Sourced by the commands in this folder, with `root` set to the source folder: puts in place what a build
# needs. Everything here looks first and acts only on what is missing, so running it again costs little.

venv=$root/build/venv

say() {
    printf '== %s\n' "$*"
}

die() {
    printf '%s: %s\n' "$0" "$*" >&2
    exit 1
}

# need_packages PACKAGE...: Debian packages
need_packages() {
    missing=
    for package in "$@"; do
        case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) in
            installed) ;;
            *) missing="$missing $package" ;;
        esac
    done
    [ -n "$missing" ] || return 0

    command -v apt-get >/dev/null || die "please install what Debian calls$missing, then try again"
    if [ "$(id -u)" -eq 0 ]; then
        as_root=
    elif command -v sudo >/dev/null; then
        as_root=sudo
    else
        die "these packages are missing, and installing them takes root: apt-get install$missing"
    fi
    say "Installing$missing"
    $as_root apt-get update || say "The package lists could not be refreshed; trying with the old ones"
    # shellcheck disable=SC2086  # one word a package
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing ||
        die "apt-get could not install$missing"
}

# has_python MODULE: whether the virtual environment has it
has_python() {
    "$venv/bin/python" -c 'import importlib.util as i, sys; sys.exit(i.find_spec(sys.argv[1]) is None)' "$1" \
        2>/dev/null
}

# need_python PACKAGE...: from PyPI, in the virtual environment
need_python() {
    if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
        say "Making a virtual environment in $venv"
        python3 -m venv --clear "$venv" || die "python3 -m venv failed"
    fi
    say "pip install $*"
    "$venv/bin/python" -m pip install --disable-pip-version-check "$@" || die "pip could not install $*"
}

# What bench/demo and bench/networks need: pictures, and ncnn to compare with.
need_demo_packages() {
    for module in numpy PIL; do
        has_python "$module" || { need_python numpy Pillow; break; }
    done
    # Without the packages that they depend on: only scikit-image's photographs are wanted, and ncnn needs no more than numpy.
    for module in skimage ncnn; do
        has_python "$module" || { need_python --no-deps scikit-image ncnn; break; }
    done
}

# Sets onednn_prefix, where CMake is to look for oneDNN v3 before the places that it always looks in.
need_onednn() {
    for onednn_prefix in '' "$venv"; do
        look_for_onednn
        [ -z "$onednn" ] || break
    done
    if [ -z "$onednn" ]; then
        need_python onednn-devel-cpu-gomp==2023.2.0
        look_for_onednn
        [ -n "$onednn" ] || die "oneDNN was installed, and CMake does not find it in $venv"
    fi
    say "oneDNN v3: $onednn"
}

# Sets onednn to what CMake finds with onednn_prefix.
look_for_onednn() {
    onednn=$(cmake -DCMAKE_PREFIX_PATH="$onednn_prefix" -S "$root/cmake/find_onednn" \
        -B "$root/build/find_onednn" --fresh 2>/dev/null | sed -n 's/^-- oneDNN //p')
}

# configure BUILD_FOLDER [CMAKE_OPTION...]
configure() {
    need_build_packages
    need_onednn
    configure_for "$onednn_prefix" "$@"
}

need_build_packages() {
    need_packages cmake make g++ pkg-config python3 python3-venv python3-numpy python3-pil libxbyak-dev libexpected-dev nlohmann-json3-dev libgtest-dev libbenchmark-dev libtbb-dev libzydis-dev
}

# configure_for ONEDNN_PREFIX BUILD_FOLDER [CMAKE_OPTION...]
configure_for() {
    need_build_packages
    prefix=$1
    build=$2
    shift 2
    say "Configuring $build"
    cmake -S "$root" -B "$build" -DCMAKE_PREFIX_PATH="$prefix" "$@" || die "CMake could not configure"
}

# build [TARGET...], after configure
build() {
    say "Building ${*:-everything}"
    cmake --build "$build" -j "$(nproc)" ${*:+--target "$@"} || die "the build failed"
}
