"""Checks what the Markdown pages say of the project against the project: that links lead to files and headings that are
there, that the files, environment variables, functions, programs and options that are named exist, that nothing is left
to be filled in, that lines are short, and that docs/README.md lists every page. pages.py ROOT"""

import pathlib
import re
import subprocess
import sys

LINK = re.compile(r"\]\(([^)\s]+)\)")
SPAN = re.compile(r"`([^`\n]+)`")
NAMES = {
    "variable": re.compile(r"\bWINODNN_[A-Z_0-9]*[A-Z0-9]\b"),
    "function": re.compile(r"\bwinodnn_\w*[a-z0-9](?=\()"),
    "option": re.compile(r"(?<![\w-])--[a-z][a-z-]*[a-z]\b"),
}
PATH = re.compile(r"[\w.+-]+(?:/[\w.+*-]+)+/?|\w[\w-]*\.(?:[ch]pp|py|sh|md|txt|cmake|in|S|svg|json)\b")
# Where pages look for a file that they name: a name may leave out the folder that its sentence has named.
FOLDERS = ("", "src", "docs", "jit", "bench", "bench/layers", "include/winodnn", "cmake")
# Programs that are not ours take options that we cannot know.
OTHERS = re.compile(r"^(?:LD_PRELOAD=\S+ )?(?:valgrind|cmake|ctest|clang-\w+|find|objdump|pip|apt-get|PYTHONPATH)\b")
# Files that programs make, or that are made up in an example, and things that are no files.
FICTION = re.compile(r"^(?:(?:my_)?layers|network|your_program)\.\w+$|^FILE\.|^\./|^dnnl\.h|^(?:P|path|opt|somewhere|dev|tmp|usr|build|build-\w+|typical)/"
                     r"|^(?:find|sum|s8|u8)/|libdnnl|\.so")
LONGEST = 100


def tracked_files(root):
    """What git knows, or would; all but builds where there is no git."""
    command = ["git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        names = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        names = [str(path.relative_to(root)) for path in root.rglob("*")]
    return {name for name in names if not name.startswith(("build", ".git/")) and (root / name).is_file()}


def prose_and_code(page):
    """Numbered lines of text, and numbered lines of code, without fences."""
    prose, code, fenced, before = [], [], False, ""
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("```"):
            fenced = not fenced
        elif fenced or (line.startswith("    ") and (not before.strip() or code and code[-1][0] == number - 1)):
            code.append((number, line.strip()))
        else:
            prose.append((number, line))
        before = line
    return prose, code


def anchors(page):
    """As GitHub makes them of headings."""
    headings = (line.lstrip("#").strip() for _, line in prose_and_code(page)[0] if line.startswith("#"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


class Project:
    def __init__(self, root):
        self.root, self.files = root, tracked_files(root)
        self.folders = {str(parent) for file in self.files for parent in pathlib.PurePath(file).parents}
        self.last_names = {file.rsplit("/", 1)[-1] for file in self.files}
        self.source = "\n".join((root / file).read_text(encoding="utf-8") for file in self.files
                                if not file.startswith("docs/") and not file.startswith("tests/docs/")
                                and file.endswith((".h", ".hpp", ".cpp", ".py", ".in", ".sh", ".cmake", ".txt", ".S", "run"))
                                and not file.startswith("tests/fuzz/corpus/"))

    def has_path(self, name):
        if "/" not in name:
            return name in self.last_names
        name = name.rstrip("/")
        if "*" in name:
            return any(self.root.glob(f"{folder}/{name}".lstrip("/")) for folder in FOLDERS)
        there = self.files | self.folders
        return any((f"{folder}/{name}".lstrip("/")) in there for folder in FOLDERS)

    def has_program(self, path):
        """build/bench/vs_direct: a target of that name, or a test's that is named by its folder and file."""
        folder, name = path.rstrip("/").split("/")[-2:]
        test = f"tests/{folder}/{name.removeprefix(folder + '_')}_test.cpp"
        return test in self.files or re.search(rf"\b{re.escape(name)}\b", self.source) is not None

    def has_name(self, kind, name):
        word = re.escape(name.lstrip("-"))
        # Scripts spell options in full; C++ programs may leave the dashes to their parser.
        return re.search(rf"(?<![\w-])(?:--)?{word}(?![\w-])" if kind == "option" else rf"\b{word}\b", self.source) is not None


def faults_of_links(page, prose, root):
    for number, line in prose:
        for target in LINK.findall(line):
            if ":" in target:
                continue
            name, _, anchor = target.partition("#")
            file = (page.parent / name).resolve() if name else page
            if not file.exists() or root not in file.parents:
                yield number, f"the link {target} leads nowhere"
            elif anchor and anchor not in anchors(file):
                yield number, f"{name or 'the page'} has no heading for #{anchor}"


def faults_of_code(texts, project):
    for number, text in texts:
        for kind, pattern in NAMES.items():
            if kind == "option" and OTHERS.match(text):
                continue
            for name in pattern.findall(text):
                if not project.has_name(kind, name):
                    yield number, f"there is no {kind} {name}"
        for name in PATH.findall(text):
            if name.startswith("build/") and "." not in name:
                if not project.has_program(name):
                    yield number, f"nothing makes {name}"
            elif not FICTION.search(name) and looks_like_path(name, project) and not project.has_path(name):
                yield number, f"there is no file {name}"


def looks_like_path(name, project):
    """With an extension, or below a folder of ours: 1/2 and u8/s8 are none."""
    first = name.split("/", 1)[0]
    return "." in name.rsplit("/", 1)[-1].strip(".") or any(f"{folder}/{first}".lstrip("/") in project.folders for folder in FOLDERS)


def faults_of(page, project):
    prose, code = prose_and_code(page)
    spans = [(number, span) for number, line in prose for span in SPAN.findall(line)]
    yield from faults_of_links(page, prose, project.root)
    yield from faults_of_code(spans + code, project)
    for number, span in spans:
        if re.fullmatch(r"(?!dnnl_)[a-z]\w*_\w*[a-z0-9](?:\(\))?", span) and not project.has_name("word", span.rstrip("()")):
            yield number, f"the sources have no {span}"
    for number, line in prose:
        if re.search(r"@[A-Z_]+@", line):
            yield number, "something was to be filled in here"
        if len(line) > LONGEST and not line.startswith("|"):
            yield number, f"the line has {len(line)} characters, {LONGEST} are the most"


def faults_of_index(project):
    """Every page of docs is in the list of pages."""
    linked = set(LINK.findall((project.root / "docs/README.md").read_text(encoding="utf-8")))
    for page in sorted((project.root / "docs").glob("*.md")):
        if page.name not in linked | {"README.md"}:
            yield f"docs/README.md: {page.name} is not listed"


def main():
    project = Project(pathlib.Path(sys.argv[1]).resolve())
    pages = [project.root / file for file in sorted(project.files) if file.endswith(".md")]
    faults = [f"{page.relative_to(project.root)}:{number}: {fault}"
              for page in pages for number, fault in sorted(set(faults_of(page, project)))]
    faults += faults_of_index(project)
    print(f"{len(pages)} pages")
    print("\n".join(faults), end="\n" if faults else "")
    return bool(faults) or not pages


if __name__ == "__main__":
    sys.exit(main())
