"""A machine on which nothing of ours is installed: a view of this one in which every change lies in memory.

It needs a mount namespace of its own and the rights of root (`run` sees to both).
"""

import os
import subprocess
import tempfile
from pathlib import Path

from command import run

# Parts of the system that look different after any installation.
INDEXES = ("var/cache/", "var/log/", "var/lib/dpkg/", "run/", "tmp/", "root/.cache/")


class Machine:
    """`with Machine() as machine:` makes it; `machine.root` is the folder in which a program sees it."""

    def __enter__(self):
        self._home = Path(tempfile.mkdtemp(prefix="countersign-machine-"))
        run("mount", "-t", "tmpfs", "tmpfs", self._home)
        self._changes, work, self.root = (self._home / name for name in ("changes", "work", "root"))
        for folder in (self._changes, work, self.root):
            folder.mkdir()
        options = f"lowerdir=/,upperdir={self._changes},workdir={work}"
        run("mount", "-t", "overlay", "overlay", "-o", options, self.root)
        for folder in ("proc", "dev"):
            run("mount", "--rbind", f"/{folder}", self.root / folder)
        return self

    def __exit__(self, *_):
        for folder in (self.root / "dev", self.root / "proc", self.root, self._home):
            subprocess.run(["umount", "--lazy", str(folder)], capture_output=True)
        self._home.rmdir()

    def command(self, *words, user=None):
        """The words of a command that runs on the machine, as root or as a user there."""
        as_user = ["--userspec", f"{user}:{user}"] if user else []
        return ["chroot", *as_user, str(self.root), *map(str, words)]

    def run(self, *words, user=None):
        return run(*self.command(*words, user=user))

    def put(self, path):
        """Copies a file onto the machine: its path there."""
        there = Path("/tmp") / path.name
        (self.root / there.relative_to("/")).write_bytes(path.read_bytes())
        return there

    def changed(self):
        """The files and folders that are new or other than before, but for indexes of the system: their paths."""
        found = set()
        for folder, folders, files in os.walk(self._changes):
            for name in [*folders, *files]:
                path = (Path(folder) / name).relative_to(self._changes)
                is_there = os.path.lexists(self.root / path)
                if is_there and not str(path).startswith(INDEXES) and not (Path("/") / path).is_dir():
                    found.add(str(path))
        return found
