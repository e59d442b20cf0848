"""Checks that docs/architecture.md draws the layers that CMake has, and that an include against their order does not
compile: for each layer, one header of every layer that it must not see."""
import argparse
import pathlib
import subprocess
import sys
import tempfile


def edges_of_page(page):
    lines = page.read_text().split("```mermaid", 1)[1].split("```", 1)[0].splitlines()
    return {tuple(part.strip() for part in line.split("-->")) for line in lines if "-->" in line}


def edges_of_graph(graph):
    return {tuple(part.strip() for part in line.split("-->")) for line in graph.read_text().splitlines()}


def visible(layer, edges):
    """The layer itself and all below it."""
    found, todo = set(), [layer]
    while todo:
        one = todo.pop()
        if one not in found:
            found.add(one)
            todo += [below for above, below in edges if above == one]
    return found


def compiles(compiler, folders, header):
    with tempfile.NamedTemporaryFile("w", suffix=".cpp") as source:
        source.write(f'#if !__has_include("{header}")\n#error\n#endif\n')
        source.flush()
        command = [compiler, "-std=c++20", "-fsyntax-only"] + [f"-I{folder}" for folder in folders] + [source.name]
        return subprocess.run(command, capture_output=True).returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("graph", "layers", "page"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    parser.add_argument("--compiler", required=True)
    options = parser.parse_args()

    edges, shown = edges_of_graph(options.graph), edges_of_page(options.page)
    failures = [f"{page}: {' --> '.join(edge)}" for page, odd in
                (("not on the page", edges - shown), ("on the page alone", shown - edges)) for edge in sorted(odd)]
    names = {name for edge in edges for name in edge}
    header = {name: f"{name}/{next((options.layers / name / name).rglob('*.hpp')).relative_to(options.layers / name / name)}"
              for name in names}
    checked = 0
    for layer in sorted(names):
        below = visible(layer, edges)
        folders = [options.layers / name for name in below]
        for other in sorted(names):
            checked += 1
            if compiles(options.compiler, folders, header[other]) != (other in below):
                failures.append(f"{layer} {'does not see' if other in below else 'sees'} {header[other]}")
    print(f"{len(edges)} edges, {checked} includes tried")
    print("\n".join(failures), end="\n" if failures else "")
    return bool(failures) or not edges


if __name__ == "__main__":
    sys.exit(main())
