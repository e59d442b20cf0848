"""What a machine and a program have to do with winodnn, found out by looking and by trying."""

import os

from . import __version__, cpu, find_onednn, images, library_path, loaded_objects, observation, onednn_tasks, program
from .environment import with_preload
from .findings import Finding, Weight
from .run_comparison import write_to_stderr

OLDEST = "v3.2"
MOST_REASONS = 5
ADVICE = {
    "off": "unset WINODNN_MODE, or set it to exact",
    "not interposed": "link winodnn before oneDNN, or preload it: winodnn run -- PROGRAM",
    "no oneDNN": f"use a build of the program with a shared oneDNN {OLDEST} or later",
    "unsupported": "see the reason; ONEDNN_MAX_CPU_ISA must not be below AVX2",
}


def of_machine(environment):
    processor = cpu.read()
    found = [Finding(Weight.FACT, f"winodnn {__version__}: {library_path()}"),
             Finding(Weight.FACT, f"CPU: {processor.model}, {cpu.usable_processors()} processors, instruction set for winodnn: "
                     f"{processor.instruction_set or 'none'}")]
    if processor.instruction_set is None:
        found.append(Finding(Weight.PROBLEM, "this CPU has no AVX2: winodnn leaves everything to oneDNN"))
    if processor.has_amx:
        found.append(Finding(Weight.NOTE, "this CPU has AMX: winodnn leaves all convolutions to oneDNN, whose AMX kernels are faster",
                             "to compare, set ONEDNN_MAX_CPU_ISA=AVX512_CORE_VNNI"))
    quota = cpu.quota()
    if quota is not None and quota < cpu.usable_processors():
        found.append(Finding(Weight.NOTE, f"this cgroup may use the time of {quota:g} processors and sees "
                             f"{cpu.usable_processors()}: threads wait for each other's turn",
                             f"set OMP_NUM_THREADS={max(1, int(quota))}"))
    variables = [f"{name}={value}" for name, value in sorted(environment.items())
                 if name.startswith("WINODNN_") or name in ("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA", "OMP_NUM_THREADS",
                                                            "LD_PRELOAD")]
    if variables:
        found.append(Finding(Weight.FACT, "environment: " + " ".join(variables)))
    return found


def of_installation(environment):
    """With a oneDNN of this machine."""
    available = find_onednn.find(environment)
    found = [describe(image, environment) for image in available]
    if not available or available[0].major < 3:
        found.append(Finding(Weight.NOTE, f"no shared oneDNN {OLDEST} or later is in the usual places, so nothing could be tried. "
                             "Programs may bring their own", "winodnn doctor -- PROGRAM"))
        return found
    tried = onednn_tasks.ask("self_test", environment, onednn=available[0].path)
    found += [Finding(Weight.NOTE, complaint[len("winodnn: "):]) for complaint in tried.complaints]
    return [*found, of_self_test(tried)]


def of_self_test(tried):
    if tried.result is None:
        return Finding(Weight.PROBLEM, f"a test convolution with winodnn preloaded failed: {tried.problem}",
                       "report this, with what winodnn doctor says")
    if not tried.result["executable_memory"]:
        return Finding(Weight.PROBLEM, "memory cannot be made executable here, and winodnn, as oneDNN, generates code",
                       "systemd: MemoryDenyWriteExecute=no; SELinux: allow execmem")
    said = tried.result["winodnn"]
    if said is None:
        return Finding(Weight.PROBLEM, "winodnn was not loaded: the loader ignored LD_PRELOAD",
                       "run this Python without set-user-id and file capabilities")
    if said["status"] != "active":
        return Finding(Weight.PROBLEM, f"{said['status']}: {said['reason']}", ADVICE.get(said["status"], ""))
    if "refused" in tried.result:
        return Finding(Weight.PROBLEM, f"a test convolution was not taken over: {tried.result['refused']}",
                       "WINODNN_VERBOSE=2 says why")
    return Finding(Weight.GOOD, f"active: a test convolution was taken over by {tried.result['implementation']}")


def describe(image, environment):
    if image.form is images.Form.INSIDE:
        major = f" v{image.major}" if image.major else ""
        return Finding(Weight.FACT, f"oneDNN{major}: linked statically into {image.path}")
    asked = onednn_tasks.ask("version", environment, preload=False, onednn=image.path)
    if asked.result is None:
        return Finding(Weight.FACT, f"oneDNN: {image.path}, shared; its version could not be asked: {asked.problem}")
    return Finding(Weight.FACT, f"oneDNN {asked.result['version']}: {image.path}, shared, threads: {asked.result['runtime']}")


def of_program(command, environment):
    """Runs it. Its output goes to stderr."""
    examined = program.examine(command[0], environment)
    found = [Finding(Weight.FACT, "program: " + ", run by ".join(examined.files))]
    preloaded = with_preload(environment) if examined.starts_with_preload else environment
    with loaded_objects.LoadedObjects() as loaded:
        run = observation.observe(command, examined.files[0], loaded.environment(preloaded), write_to_stderr)
        paths = loaded.paths()
    if run.outcome.returncode != 0:
        found.append(Finding(Weight.NOTE, f"the program {run.outcome}; what follows is what was seen until then",
                             "if it does not without winodnn, report that"))
    present = [image for path in dict.fromkeys([*paths, os.path.realpath(examined.executed)])
               if (image := images.examine(path)) is not None]
    found += [describe(image, environment) for image in present]
    if said := run.fact("onednn", "oneDNN "):
        found.append(Finding(Weight.FACT, f"oneDNN says: {said.split(' (')[0]}, {run.fact('onednn', 'cpu,')}"))
    if examined.obstacles:
        # Whatever else there is, this comes first.
        return found + [Finding(Weight.PROBLEM, obstacle.problem, obstacle.advice) for obstacle in examined.obstacles]
    return [*found, *of_run(run, present)]


def of_run(run, present):
    said = run.fact("winodnn", "status:")
    status = said.split(",")[0]
    taken_over, left = run.executions(True), run.executions(False)
    if status == "active" and taken_over:
        return [Finding(Weight.GOOD, f"active: winodnn took over {taken_over} of {taken_over + left} executions of convolutions",
                        "winodnn report --run -- PROGRAM shows what each gains")]
    if status == "active" and not run.reasons:
        return [Finding(Weight.GOOD, "active: winodnn is reached. The program executed no convolution")]
    if status == "active":
        reasons = list(dict.fromkeys(reason for of_problem in run.reasons.values() for reason in sorted(of_problem)))
        more = f" and {len(reasons) - MOST_REASONS} more reasons" if len(reasons) > MOST_REASONS else ""
        return [Finding(Weight.NOTE, "active: winodnn is reached, and left every convolution to oneDNN: "
                        + "; ".join(reasons[:MOST_REASONS]) + more, "winodnn report --run -- PROGRAM shows each layer")]
    if status:
        return [Finding(Weight.PROBLEM, ": ".join(said.split(",runtime:")[0:1] + said.split(",")[2:]), ADVICE.get(status, ""))]
    if refused := run.fact("winodnn", "reach:none,"):
        path, reason = refused.split(",", 1)
        return [Finding(Weight.PROBLEM, f"not reached: oneDNN is linked statically into {path}, and winodnn leaves it alone: "
                        f"{reason}", "see docs/patching.md; a build that is linked with a shared libdnnl.so.3 is reached anyway")]
    return [of_silence(left, present, run.fact("winodnn", "reach:"))]


def of_silence(executions, present, reached):
    """winodnn was not called at all."""
    if reached:
        return Finding(Weight.NOTE, f"oneDNN is reached inside of {reached.split(',')[0]}, and the program created no convolution "
                       "with it in this run", "let it compute something")
    if not present:
        return Finding(Weight.PROBLEM, "no oneDNN: the program loaded none", ADVICE["no oneDNN"])
    inside = [image.path for image in present if image.form is images.Form.INSIDE]
    if all(image.major == 2 for image in present):
        return Finding(Weight.PROBLEM, f"no oneDNN v3: the program has v2 alone, and winodnn needs {OLDEST} or later",
                       ADVICE["no oneDNN"])
    if inside:
        return Finding(Weight.PROBLEM, f"not reached: oneDNN is linked statically into {', '.join(inside)}, so its calls do not "
                       "pass by winodnn, and it was not found by a symbol table when it was loaded, or WINODNN_REACH=0 is set",
                       "unset WINODNN_REACH; use a build that is not stripped, or linked with a shared libdnnl.so.3")
    if executions:
        return Finding(Weight.PROBLEM, "not reached: oneDNN's functions are looked up in its own handle (dlsym, ctypes.CDLL(path)), "
                       "or bound by -Bsymbolic or RTLD_DEEPBIND, so calls do not pass by winodnn",
                       "look them up in the process: dlsym(RTLD_DEFAULT), ctypes.CDLL(None)")
    return Finding(Weight.NOTE, "oneDNN v3 is loaded, and the program created no convolution with it in this run",
                   "let it compute something")
