"""Compares docs/provider.md with oneDNN's headers and with what libwinodnn.so exports."""

import pathlib
import re
import subprocess
import sys

SUBJECT = re.compile(r"\b(const_)?dnnl_primitive(_desc|_attr)?_t\b")


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
        for name in re.findall(r"`(\w+)`", names):
            if name in functions:
                sys.exit(f"{name} is documented twice")
            functions[name] = treatment
    return functions


def exported_functions(library):
    symbols = subprocess.run(["nm", "-D", "--defined-only", library], check=True, capture_output=True, text=True)
    return set(re.findall(r" T (dnnl_\w+)$", symbols.stdout, re.MULTILINE))


def main(include, page, library):
    declared = {name for name, parameters in declared_functions(pathlib.Path(include)).items()
                if SUBJECT.search(parameters)}
    documented = documented_functions(pathlib.Path(page))
    overridden = {name for name, treatment in documented.items() if treatment == "overridden"}
    exported = exported_functions(library)
    complaints = [
        ("declared by oneDNN, but not documented", declared - documented.keys()),
        ("documented as overridden, but not exported", overridden - exported),
        ("exported, but not documented as overridden", exported - overridden),
    ]
    for complaint, names in complaints:
        for name in sorted(names):
            print(f"{name}: {complaint}")
    print(f"{len(declared)} declared, {len(documented)} documented, {len(exported)} exported")
    if len(declared) < 70 or any(names for _, names in complaints):
        sys.exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
