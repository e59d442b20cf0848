"""Which file a command line runs, and what keeps a preloaded library out of it."""

import dataclasses
import os
import stat

from . import elf
from .failure import NOT_EXECUTABLE, NOT_FOUND, Failure

SCRIPT = b"#!"
MOST_INTERPRETERS = 5 # that the kernel follows
LONGEST_FIRST_LINE = 256


@dataclasses.dataclass(frozen=True)
class Obstacle:
    problem: str
    advice: str

    def __str__(self):
        return f"{self.problem}. {self.advice}"


@dataclasses.dataclass(frozen=True)
class Program:
    files: tuple # what the command line names; if that is a script its interpreter, and so on
    obstacles: tuple = () # what keeps winodnn out
    starts_with_preload: bool = True

    @property
    def executed(self):
        return self.files[-1]


def find(name, search_path):
    """The file that a shell would run, or a Failure with the status that a shell would end with."""
    if os.sep in name:
        candidates = [name]
    else:
        candidates = [os.path.join(folder or ".", name) for folder in search_path.split(os.pathsep)]
    existing = [path for path in candidates if os.path.exists(path)]
    for path in existing:
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    if not existing:
        raise Failure(f"{name}: there is no such program", NOT_FOUND)
    problem = "is a folder" if os.path.isdir(existing[0]) else "may not be executed: run chmod +x on it"
    raise Failure(f"{existing[0]}: {problem}", NOT_EXECUTABLE)


def examine(name, environment):
    """What will run. A Failure if nothing can."""
    search_path = environment.get("PATH", os.defpath)
    files = [find(name, search_path)]
    while True:
        try:
            with open(files[-1], "rb") as file:
                beginning = file.read(LONGEST_FIRST_LINE)
        except OSError:
            # Programs can be executable and unreadable; then only running them shows more.
            return Program(tuple(files), secure_execution(files[-1]))
        if not beginning.startswith(SCRIPT):
            return examine_binary(tuple(files), beginning)
        if len(files) > MOST_INTERPRETERS:
            raise Failure(f"{name}: a script of a script of a script: the kernel does not follow that far", NOT_EXECUTABLE)
        files += interpreters(files[-1], beginning, search_path)


def interpreters(script, beginning, search_path):
    """The program of the first line, and if that is env, whatever env runs."""
    words = beginning[len(SCRIPT):].split(b"\n")[0].decode(errors="replace").split()
    if not words:
        raise Failure(f"{script}: names no interpreter after #!", NOT_EXECUTABLE)
    try:
        found = [find(os.path.join(os.getcwd(), words[0]), search_path)]
        if os.path.basename(words[0]) == "env":
            run_by_env = next((word for word in words[1:] if not word.startswith("-") and "=" not in word), None)
            found += [find(run_by_env, search_path)] if run_by_env else []
    except Failure as failure:
        raise Failure(f"{script}: its interpreter is missing: {failure}", failure.exit_status) from failure
    return found


def examine_binary(files, beginning):
    path = files[-1]
    if not beginning.startswith(elf.MAGIC):
        raise Failure(f"{path}: is neither a program nor a script that names its interpreter after #!. Run it with "
                      f"its interpreter, as in: winodnn run -- sh {path}", NOT_EXECUTABLE)
    obstacles = list(secure_execution(path))
    starts_with_preload = True
    try:
        with elf.opened(path) as image:
            if not image.is_native:
                obstacles.append(Obstacle(f"{path} is not a 64-bit x86 program, and winodnn is a library of that kind",
                                          "Use an x86-64 build of the program"))
            # The dynamic loader itself can be run, with a program as its argument, and preloads for it.
            elif image.loader() is None and not os.path.basename(path).startswith("ld"):
                obstacles.append(Obstacle(
                    f"{path} is linked statically: no loader runs that could preload anything",
                    "Link it dynamically, with a shared oneDNN. Programs that it starts are reached all the same"))
            elif "musl" in (image.loader() or ""):
                starts_with_preload = False
                obstacles.append(Obstacle(f"{path} uses musl's C library, and winodnn needs glibc",
                                          "Use a glibc build of the program"))
    except elf.BadElf as error:
        raise Failure(f"{path}: is {error}", NOT_EXECUTABLE) from error
    return Program(files, tuple(obstacles), starts_with_preload)


def secure_execution(path):
    """Set-user-id and the like: the loader ignores preloads in programs with other rights than their caller's."""
    status = os.stat(path)
    if os.statvfs(path).f_flag & os.ST_NOSUID or runs_without_new_privileges():
        return ()
    reasons = []
    if status.st_mode & stat.S_ISUID and status.st_uid != os.getuid():
        reasons.append("set-user-id")
    if status.st_mode & stat.S_ISGID and status.st_mode & stat.S_IXGRP and status.st_gid != os.getgid():
        reasons.append("set-group-id")
    if os.getuid() != 0 and has_capabilities(path):
        reasons.append("given file capabilities")
    if not reasons:
        return ()
    return (Obstacle(f"{path} is {' and '.join(reasons)}: it runs with other rights than yours, and the loader ignores "
                     "preloads there", "Use a copy without these rights, or link the program with winodnn"),)


def runs_without_new_privileges():
    with open("/proc/self/status", encoding="utf-8") as lines:
        return any(line.split() == ["NoNewPrivs:", "1"] for line in lines)


def has_capabilities(path):
    try:
        return "security.capability" in os.listxattr(path)
    except OSError:
        return False
