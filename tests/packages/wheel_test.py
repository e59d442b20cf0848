"""The wheel, in a virtual environment that has nothing else."""

import os
import pathlib
import re
import sys
import unittest
import zipfile

from support import SOURCES, PackageTest, one, run


class Wheel(PackageTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        run(sys.executable, "-m", "venv", cls.folder / "venv")
        cls.python = cls.folder / "venv/bin/python"
        run(cls.python, "-m", "pip", "install", "--no-index", "--disable-pip-version-check", one("*.whl"))
        cls.package = pathlib.Path(run(cls.python, "-c", "import winodnn; print(winodnn.__path__[0])").stdout.strip())

    def test_where_it_is(self):
        self.assertIn(self.folder, self.package.parents)
        shown = run(self.python, "-c", "import winodnn; print(winodnn.library_path(), winodnn.get_include(), winodnn.__version__)")
        library, include, version = shown.stdout.split()
        self.assertEqual(pathlib.Path(library), self.package / "lib/libwinodnn.so")
        self.assertTrue((pathlib.Path(include) / "winodnn/winodnn.h").is_file())
        self.assertEqual(version, re.search(r"VERSION ([0-9.]+)", (SOURCES / "CMakeLists.txt").read_text().split("project(")[1])[1])

    def test_command(self):
        self.use_by_command(self.folder / "venv/bin/winodnn")
        self.use_by_command(self.python, "-m", "winodnn")

    def test_header_and_library(self):
        program = self.folder / "version.c"
        program.write_text('#include "winodnn/winodnn.h"\n#include <stdio.h>\nint main(void) { puts(winodnn_version()); return 0; }\n')
        paths = run(self.python, "-c", "import winodnn; print(winodnn.get_include(), winodnn.library_path())").stdout.split()
        run("gcc", "-I", paths[0], program, paths[1], "-o", self.folder / "version")
        shown = run(self.folder / "version", environment={"LD_LIBRARY_PATH": os.path.dirname(paths[1])}).stdout
        self.assertRegex(shown, r"^\d+\.\d+\.\d+\n$")

    def test_cmake_and_pkg_config(self):
        self.use_by_find_package(self.package, self.package / "lib")
        self.use_by_pkg_config(self.package / "lib/pkgconfig", self.package / "lib")

    def test_manual_and_completion(self):
        share = self.folder / "venv/share"
        for path in ("man/man1/winodnn.1.gz", "bash-completion/completions/winodnn", "zsh/site-functions/_winodnn"):
            self.assertTrue((share / path).is_file(), path)

    def test_needs_nothing_and_is_for_every_python(self):
        wheel = one("*.whl")
        self.assertRegex(wheel.name, r"-py3-none-linux_x86_64\.whl$")
        with zipfile.ZipFile(wheel) as archive:
            metadata = archive.read(next(name for name in archive.namelist() if name.endswith("/METADATA"))).decode()
            names = archive.namelist()
        self.assertNotIn("Requires-Dist", metadata)
        self.assertEqual(len([name for name in names if "libwinodnn.so" in name]), 1)
        self.assertTrue(any(name.endswith("licenses/LICENSE") for name in names))
        self.assertTrue(any(name.endswith("debian/copyright") for name in names))

    def test_source_folder_is_not_needed(self):
        # Nothing in it points back to where it was built.
        content = b"".join(path.read_bytes() for path in self.package.rglob("*") if path.is_file())
        self.assertNotIn(str(SOURCES).encode() + b"/", content)


class Removal(PackageTest):
    def test_leaves_nothing(self):
        run(sys.executable, "-m", "venv", self.folder / "venv")
        python = self.folder / "venv/bin/python"
        before = {path for path in self.folder.rglob("*") if "__pycache__" not in path.parts}
        for command in (["install", "--no-index", one("*.whl")], ["uninstall", "--yes", "winodnn"]):
            run(python, "-m", "pip", "--disable-pip-version-check", *command)
        files = {path for path in self.folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
        self.assertEqual(files - before, set())


if __name__ == "__main__":
    unittest.main()
