"""What the tests of the packages share: PACKAGE_test.py PACKAGES DNNL_DIR SOURCES"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SOURCES, DNNL_DIR, PACKAGES = (pathlib.Path(sys.argv.pop()) for _ in range(3))
EXAMPLE = SOURCES / "docs" / "examples" / "convolution"
ONEDNN_PREFIX = next(folder for folder in DNNL_DIR.parents if (folder / "include/oneapi/dnnl/dnnl.h").exists())
ONEDNN = DNNL_DIR.parents[1] / "libdnnl.so.3" # of lib/cmake/dnnl
CLEAN = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}


def one(pattern):
    found = list(PACKAGES.glob(pattern))
    assert len(found) == 1, f"{PACKAGES} has {len(found)} of {pattern}: run cmake/package.sh"
    return found[0]


def run(*command, environment=(), check=True, **keywords):
    """With nothing of the caller's environment."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, env=CLEAN | dict(environment),
                          stdin=subprocess.DEVNULL, check=False, **keywords)
    if check and done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done


class PackageTest(unittest.TestCase):
    """Each class installs once."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.folder.chmod(0o755)

    def assert_taken_over(self, done):
        self.assertRegex(done.stdout, r"^wino:f[0-9]x[0-9]:s16:avx2: 45\n$")

    def use_by_find_package(self, prefix, library_folder):
        build = self.folder / "find_package"
        run("cmake", "-S", EXAMPLE, "-B", build, f"-DCMAKE_PREFIX_PATH={prefix}", f"-Ddnnl_DIR={DNNL_DIR}",
            "-DCMAKE_BUILD_TYPE=Release")
        run("cmake", "--build", build)
        self.assert_taken_over(run(build / "convolution", environment={"LD_LIBRARY_PATH": library_folder}))

    def use_by_pkg_config(self, pkgconfig_folder, library_folder):
        build = self.folder / "pkg_config"
        run("cp", "-R", EXAMPLE, build)
        run("make", "-C", build, f"DNNL_PREFIX={ONEDNN_PREFIX}", environment={"PKG_CONFIG_PATH": pkgconfig_folder})
        self.assert_taken_over(run(build / "convolution", environment={"LD_LIBRARY_PATH": library_folder}))

    def use_by_command(self, *command):
        """The command as it is installed, on the Python example, and what it says of the place."""
        self.assert_taken_over(run(*command, "run", "--", "python3", EXAMPLE / "convolution.py", ONEDNN))
        done = run(*command, "doctor", environment={"LD_LIBRARY_PATH": ONEDNN.parent}, check=False)
        # A CPU can have none of what winodnn needs; then doctor says so.
        self.assertRegex(done.stdout, r"active: a test convolution was taken over|this CPU has no AVX2")
        version = run(*command, "--version").stdout
        self.assertRegex(version, r"^winodnn \d+\.\d+\.\d+\n$")
        return version.split()[1]
