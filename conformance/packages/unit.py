"""The systemd unit, on a machine where the package is installed."""

import re

from command import same
from driver.expect import Mismatch

UNIT = "/usr/lib/systemd/system/countersign.service"
# Ten times the exposure that systemd-analyze may find, of 100.
EXPOSURE = 15
# What @system-service stands for besides: a process needs these to begin at all, before and while the filter is set.
CALL = re.compile(r"^\d+ +(\w+)\((.*)", re.MULTILINE)
FILTER = re.compile(r"^SystemCallFilter=(~?)(.+)$", re.MULTILINE)


def verify(machine):
    """systemd reads the unit, finds the program and the manual page, and warns of nothing."""
    same("what systemd-analyze says", machine.run("systemd-analyze", "verify", UNIT), "")


def security(machine):
    machine.run("systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE}", UNIT)


def allowed_calls(machine):
    """The system calls that the unit allows: what its filters name, less what they take away."""
    allowed = set()
    for without, names in FILTER.findall((machine.root / UNIT.lstrip("/")).read_text()):
        named = set().union(*(calls_of(machine, name) for name in names.split()))
        allowed = allowed - named if without else allowed | named
    return allowed


def calls_of(machine, name):
    """The system calls of a set such as `@system-service`, with those of the sets that it names."""
    if not name.startswith("@"):
        return {name}
    lines = machine.run("systemd-analyze", "syscall-filter", name).splitlines()[1:]
    words = (line.strip() for line in lines)
    return set().union(*(calls_of(machine, word) for word in words if word and not word.startswith("#")))


def calls_made(trace):
    """By name: the arguments of the system calls in the output of strace, from where the program itself begins."""
    begun = trace.index("countersign\"")
    made = {}
    for name, arguments in CALL.findall(trace, trace.index("\n", begun)):
        made.setdefault(name, []).append(arguments)
    return made


def hold(machine, trace):
    """The service makes no system call that the unit refuses, and no memory that can be written and run."""
    made = calls_made(trace)
    if "fdatasync" not in made:
        raise Mismatch("the calls of a service that stored something", sorted(made))
    refused = made.keys() - allowed_calls(machine)
    same("system calls that the unit refuses", sorted(refused), [])
    memory = [call for name in ("mmap", "mprotect") for call in made.get(name, ())]
    both = [call for call in memory if "PROT_WRITE|PROT_EXEC" in call]
    same("memory that can be written and run", both, [])
