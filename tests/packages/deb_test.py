"""The Debian packages, unpacked into a folder, and installed by dpkg into a root of its own."""

import os
import shutil
import unittest

from support import EXAMPLE, ONEDNN, PackageTest, one, run

PACKAGES = ("libwinodnn0", "libwinodnn-dev", "winodnn")
MULTIARCH = "x86_64-linux-gnu"


def package(name):
    return one(f"{name}_*.deb")


class Unpacked(PackageTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.root = cls.folder / "root"
        for name in PACKAGES:
            run("dpkg-deb", "--extract", package(name), cls.root)
        cls.libraries = cls.root / "usr/lib" / MULTIARCH

    def test_command(self):
        version = self.use_by_command(self.root / "usr/bin/winodnn")
        self.assertTrue((self.libraries / f"libwinodnn.so.{version}").is_file())

    def test_module(self):
        folder = self.root / "usr/lib/python3/dist-packages"
        self.assert_taken_over(run("python3", "-m", "winodnn", "run", "--", "python3", EXAMPLE / "convolution.py", ONEDNN,
                                   environment={"PYTHONPATH": folder}))
        shown = run("python3", "-c", "import winodnn; print(winodnn.library_path(), winodnn.get_include())",
                    environment={"PYTHONPATH": folder}).stdout.split()
        self.assertEqual(os.path.dirname(shown[0]), str(self.libraries))
        self.assertEqual(shown[1], str(self.root / "usr/include"))

    def test_cmake_and_pkg_config(self):
        self.use_by_find_package(self.root / "usr", self.libraries)
        self.use_by_pkg_config(self.libraries / "pkgconfig", self.libraries)

    def test_manual_and_completion(self):
        shown = run("man", "--warnings", "-l", self.root / "usr/share/man/man1/winodnn.1.gz")
        self.assertEqual(shown.stderr, "")
        self.assertIn("libwinodnn.so", shown.stdout)
        offered = run("bash", "-c", f"source {self.root}/usr/share/bash-completion/completions/winodnn; COMP_WORDS=(winodnn ru); "
                      "COMP_CWORD=1; _winodnn; echo ${COMPREPLY[@]}").stdout
        self.assertEqual(offered, "run\n")
        self.assertTrue((self.root / "usr/share/zsh/site-functions/_winodnn").is_file())

    def test_each_has_its_own(self):
        contents = {name: run("dpkg-deb", "--contents", package(name)).stdout for name in PACKAGES}
        for name, part in (("libwinodnn0", f"/{MULTIARCH}/libwinodnn.so.0.1"), ("libwinodnn-dev", "/winodnn/winodnn.h"),
                           ("libwinodnn-dev", f"/{MULTIARCH}/libwinodnn.so -> "), ("winodnn", "/bin/winodnn")):
            self.assertEqual([other for other in PACKAGES if part in contents[other]], [name], part)

    def test_dependencies(self):
        version = run("dpkg-deb", "--field", package("libwinodnn0"), "Version").stdout.strip()
        for name, wanted in (("winodnn", f"libwinodnn0 (= {version})"), ("winodnn", "python3"),
                             ("libwinodnn-dev", f"libwinodnn0 (= {version})"), ("libwinodnn0", "libstdc++6"),
                             ("libwinodnn0", "libzydis4.0")):
            self.assertIn(wanted, run("dpkg-deb", "--field", package(name), "Depends").stdout)

    @unittest.skipUnless(shutil.which("lintian"), "lintian is not installed")
    def test_lintian(self):
        as_root = ["--allow-root"] if os.getuid() == 0 else []
        done = run("lintian", *as_root, "--fail-on", "error,warning", *map(package, PACKAGES), check=False)
        self.assertEqual((done.returncode, done.stdout), (0, ""))


@unittest.skipUnless(os.getuid() == 0, "dpkg installs as root alone")
class Installed(PackageTest):
    """By dpkg, with its scripts and its book-keeping, into a root that has nothing else: what the packages depend on is
    the surrounding system's."""

    def dpkg(self, *arguments):
        return run("dpkg", f"--root={self.folder / 'root'}", "--force-depends", "--force-script-chrootless", *arguments)

    def test_install_use_and_remove(self):
        root = self.folder / "root"
        (root / "var/lib/dpkg/info").mkdir(parents=True)
        (root / "var/lib/dpkg/updates").mkdir()
        for name in ("status", "available"):
            (root / "var/lib/dpkg" / name).touch()
        self.dpkg("--install", *map(package, PACKAGES))
        for name in PACKAGES:
            shown = run("dpkg-query", f"--admindir={root}/var/lib/dpkg", "--show", "--showformat=${db:Status-Status}", name)
            self.assertEqual(shown.stdout, "installed")
        self.use_by_command(root / "usr/bin/winodnn")
        run(root / "usr/bin/winodnn", "--version", environment={"PYTHONDONTWRITEBYTECODE": ""})
        self.assertTrue((root / "usr/lib/python3/dist-packages/winodnn/__pycache__").is_dir())
        self.dpkg("--purge", *PACKAGES)
        left = [path for path in (root / "usr").rglob("*")] if (root / "usr").exists() else []
        self.assertEqual(left, [])


if __name__ == "__main__":
    unittest.main()
