"""Writes the assembly of what stands in for a oneDNN that is linked statically into a library: hidden functions of
oneDNN's names, each of which goes on to the real one. inside_onednn.py LIBDNNL OUTPUT"""

import pathlib
import re
import subprocess
import sys


def main(library, output):
    symbols = subprocess.run(["nm", "-D", "--defined-only", library], check=True, capture_output=True, text=True).stdout
    # All but the one that winodnn asks before a program begins, when no constructor may have run.
    names = sorted(set(re.findall(r" T (dnnl_\w+)$", symbols, re.MULTILINE)) - {"dnnl_version"})
    assert "dnnl_primitive_create" in names
    lines = [".text"]
    for name in names:
        lines += [f".globl {name}", f".hidden {name}", f".type {name}, @function", ".p2align 4", f"{name}:", "endbr64",
                  f"jmp *.Lreal_{name}(%rip)", f".size {name}, . - {name}"]
    lines += [".section .rodata"] + [f".Lname_{name}: .asciz \"{name}\"" for name in names]
    # Of inside_onednn.cpp: a name and where its address belongs.
    lines += [".section .data.rel.local, \"aw\"", ".p2align 3", ".globl inside_functions", ".hidden inside_functions",
              "inside_functions:"]
    for name in names:
        lines += [f".quad .Lname_{name}", f".Lreal_{name}: .quad 0"]
    lines += [".quad 0, 0", ".section .note.GNU-stack, \"\", @progbits"]
    pathlib.Path(output).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
