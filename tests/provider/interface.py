"""Compares docs/provider.md with oneDNN's headers and library, and with what libwinodnn.so exports."""

import pathlib
import re
import subprocess
import sys

SUBJECT = re.compile(r"\b(const_)?dnnl_primitive(_desc|_attr)?_t\b|\bconst_dnnl_memory_desc_t\b")
HANDLE = re.compile(r"\bdnnl_primitive(_desc)?\b")


def declared_functions(include):
    """Name -> parameters of each function of the C API."""
    functions = {}
    for header in sorted((include / "oneapi" / "dnnl").glob("*.h")):
        text = re.sub(r"/\*.*?\*/|//[^\n]*", "", header.read_text(), flags=re.DOTALL)
        functions.update(re.findall(r"\bDNNL_API\s+(dnnl_\w+)\s*\(([^;]*?)\)\s*;", text))
    return functions


def documented_functions(page):
    """Name -> overridden or forwarded."""
    functions = {}
    for names, treatment in re.findall(r"^\| (.*?) \| (overridden|forwarded) \|", page.read_text(), re.MULTILINE):
        for name in re.findall(r"`([\w:]+)`", names):
            if name in functions:
                sys.exit(f"{name} is documented twice")
            functions[name] = treatment
    return functions


def exported_functions(library):
    """Name -> parameters; of those in C++, else an empty string."""
    symbols = subprocess.run(["nm", "-DC", "--defined-only", library], check=True, capture_output=True, text=True)
    return dict(re.findall(r" T ([\w:]+)(\(.*\))?$", symbols.stdout, re.MULTILINE))


def entry_points(header):
    """The names that have one, as exported_functions() has them."""
    mangled = re.findall(r"X\((\w+)\)", header.read_text())
    demangled = subprocess.run(["c++filt", *mangled], check=True, capture_output=True, text=True)
    return {line.split("(")[0] for line in demangled.stdout.splitlines()}


def main(include, page, header, library, onednn):
    subjects = {name for name, parameters in declared_functions(pathlib.Path(include)).items()
                if SUBJECT.search(parameters)}
    subjects |= {name for name, parameters in exported_functions(onednn).items() if HANDLE.search(parameters)}
    documented = documented_functions(pathlib.Path(page))
    overridden = {name for name, treatment in documented.items() if treatment == "overridden"}
    # dlopen is the C library's: see docs/patching.md.
    exported = {name for name in exported_functions(library) if not name.startswith("winodnn_")} - {"dlopen"}
    with_entry_point = entry_points(pathlib.Path(header))
    complaints = [
        ("declared or exported by oneDNN, but not documented", subjects - documented.keys()),
        ("documented as overridden, but not exported", overridden - exported),
        ("exported, but not documented as overridden", exported - overridden),
        ("exported without an entry point", exported - with_entry_point),
        ("an entry point that is not exported", with_entry_point - exported),
    ]
    for complaint, names in complaints:
        for name in sorted(names):
            print(f"{name}: {complaint}")
    print(f"{len(subjects)} of oneDNN's, {len(documented)} documented, {len(exported)} exported")
    if len(subjects) < 80 or any(names for _, names in complaints):
        sys.exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
