"""Started by `run`, in the environment that has the tools and, for root, in a mount namespace of its own."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import containers  # noqa: E402
import dependencies  # noqa: E402
import manual  # noqa: E402
import unit  # noqa: E402
from command import run, same  # noqa: E402
from driver import report  # noqa: E402
from driver.client import Unsupported  # noqa: E402
from driver.expect import Mismatch  # noqa: E402
from driver.verdict import judge  # noqa: E402
from release import Release  # noqa: E402
from scratch import Machine  # noqa: E402
from tour import Tour  # noqa: E402

USER = "countersign"
SETTINGS, DATA = "/etc/countersign", "/var/lib/countersign"
TRACE_SECONDS = 30
# What an installed package may leave after a purge, where the service has run: its user, and what it made.
ACCOUNTS = {"passwd", "group", "shadow", "gshadow", "subuid", "subgid", ".pwd.lock"}


class Packages:
    def __init__(self, binary, release, folder):
        self.binary, self.release, self.folder = binary, release, folder


def checksums(packages):
    run("sha256sum", "--check", "--strict", "SHA256SUMS", cwd=packages.release.folder)
    same("lines of SHA256SUMS", len((packages.release.folder / "SHA256SUMS").read_text().splitlines()), 3)


def as_root():
    if os.geteuid() != 0:
        raise Unsupported("a package is installed by root, in a view of the file system of its own")


def debian_package(packages):
    """Installed, everything it brings is used; removed, the data stays, and the same service starts on it again."""
    as_root()
    with Machine() as machine:
        deb = machine.put(packages.release.deb)
        machine.run("dpkg", "--install", deb)
        unit.verify(machine)
        unit.security(machine)
        manual.has_a_page_for_every_verb(machine)
        manual.is_sound(machine)
        manual.completes(machine)
        trace = "/var/lib/countersign-trace"
        machine.run("install", "-d", "-o", USER, trace)
        tracer = ("strace", "-DDD", "-f", "-o", f"{trace}/calls")
        tour = Tour(lambda *words: machine.command(*words, user=USER), SETTINGS, DATA, wrap=tracer)
        tour.go()
        unit.hold(machine, whole(machine.root / trace.lstrip("/") / "calls"))
        machine.run("rm", "-r", trace)
        kept = {path for path in machine.changed() if path.startswith((SETTINGS.lstrip("/"), DATA.lstrip("/")))}
        machine.run("dpkg", "--purge", "countersign")
        left = {path for path in machine.changed() if Path(path).name.rstrip("-") not in ACCOUNTS}
        same("files that a purge leaves", sorted(left), sorted(kept))
        machine.run("dpkg", "--install", deb)
        if "shop" not in tour.serve_again():
            raise Mismatch("the application of before", "none")


def whole(log):
    """What the tracer wrote, once it has seen the end of the program."""
    deadline = time.monotonic() + TRACE_SECONDS
    while True:
        trace = log.read_text(errors="replace")
        if "+++ exited with 0 +++" in trace.rstrip().splitlines()[-1]:
            return trace
        if time.monotonic() > deadline:
            raise Mismatch("the tracer to end", trace[-200:])
        time.sleep(0.05)


def unused_debian_package(packages):
    """A package that was installed and never used leaves nothing at all."""
    as_root()
    with Machine() as machine:
        machine.run("dpkg", "--install", machine.put(packages.release.deb))
        machine.run("dpkg", "--purge", "countersign")
        left = {path for path in machine.changed() if Path(path).name.rstrip("-") not in ACCOUNTS}
        same("files that a purge leaves", sorted(left), [])
        for words in (("getent", "passwd", USER), ("test", "-e", SETTINGS), ("test", "-e", DATA)):
            if subprocess.run(machine.command(*words), capture_output=True).returncode == 0:
                raise Mismatch(f"`{' '.join(words)}` to find nothing", "something")


def wheel(packages):
    """Installed into an empty environment, the program does everything; uninstalled, it leaves the data alone."""
    home = packages.folder / "wheel"
    run(sys.executable, "-m", "venv", home)
    pip = (home / "bin/python", "-m", "pip", "--quiet", "--disable-pip-version-check")
    before = {path for path in home.rglob("*") if "__pycache__" not in path.parts}
    run(*pip, "install", "--no-index", "--no-deps", packages.release.wheel)
    path = f"{home / 'bin'}:{os.environ['PATH']}"
    Tour(lambda *words: ["env", f"PATH={path}", *map(str, words)], packages.folder / "etc", packages.folder / "data").go()
    run(*pip, "uninstall", "--yes", "countersign")
    left = {path for path in home.rglob("*") if "__pycache__" not in path.parts} - before
    same("files that pip leaves", sorted(map(str, left)), [])


CASES = {
    "the release has checksums": checksums,
    "Debian package: installed, used, purged": debian_package,
    "Debian package: installed, purged": unused_debian_package,
    "wheel: installed, used, uninstalled": wheel,
    "Dockerfile": containers.dockerfile,
    "compose file": containers.compose,
    "Caddyfile": containers.caddyfile,
    "Prometheus and its alert rules": containers.prometheus,
    "settings of the containers": lambda packages: containers.settings(packages.binary, packages.folder / "container"),
    "dependencies: licences, bans, sources": dependencies.are_allowed,
    "dependencies: listed in the SBOM": lambda packages: dependencies.are_listed(packages.release),
    "packages: the same bytes again": lambda packages: dependencies.packaging_repeats(packages.release),
    "packages without secrets": lambda packages: dependencies.hold_no_secret(packages.release),
    "repository without secrets": dependencies.repository_holds_no_secret,
}


def main():
    binary, only = Path(sys.argv[1]), sys.argv[2]
    cases = {name: case for name, case in CASES.items() if only in name}
    with tempfile.TemporaryDirectory(prefix="countersign-packages-") as folder, Release(binary) as release:
        packages = Packages(binary, release, Path(folder))
        verdicts = {name: judge(case, packages) for name, case in cases.items()}
    return 1 if report.print_all({"packages": verdicts}) else 0


if __name__ == "__main__":
    sys.exit(main())
