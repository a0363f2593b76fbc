"""The SDKs: how each is prepared and how its client is started.

To add one: write its client (the line protocol is in README.md) and a row in SDKS.
"""

import hashlib
import importlib.util
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from .paths import CACHE, HERE, ROOT, TARGET, log_file
from .progress import say

VENV = CACHE / "python-venv"
VENV_PYTHON = str(VENV / "bin" / "python")


class Unprepared(Exception):
    """An SDK cannot be made ready; the text says why."""


@dataclass(frozen=True)
class Sdk:
    """Where `makes` is None, the steps are taken on every run: their tool knows what is fresh."""

    name: str
    folder: Path
    tools: tuple  # commands that must be there, or "python3-venv"
    inputs: tuple  # files of the folder; a change of one means preparing again
    makes: Optional[Path]  # what preparing fills; removed before preparing again
    steps: tuple  # the commands that prepare
    command: tuple  # starts the client, in the folder

    def prepare(self):
        if self.makes is None:
            self._take_steps()
            return
        stamp, digest = self.makes / ".prepared", self._digest()
        if stamp.is_file() and stamp.read_text() == digest:
            say(f"{self.name}: already prepared")
            return
        shutil.rmtree(self.makes, ignore_errors=True)
        self._take_steps()
        stamp.write_text(digest)

    def _digest(self):
        digest = hashlib.sha256(repr((self.steps, sys.version)).encode())
        for name in self.inputs:
            digest.update((self.folder / name).read_bytes())
        return digest.hexdigest()

    def _take_steps(self):
        started = time.monotonic()
        for step in self.steps:
            self._take(step)
        say(f"{self.name}: prepared in {time.monotonic() - started:.0f} s")

    def _take(self, step):
        say(f"{self.name}: {Path(step[0]).name} {' '.join(step[1:3])} ...")
        log = log_file(f"{self.name}-prepare")
        with log.open("wb") as out:
            done = subprocess.run(
                step, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out
            )
        if done.returncode != 0:
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
            raise Unprepared(f"{self.name}: `{' '.join(step)}` failed:\n{tail}")


def refuse_missing_tools(sdks):
    """Names every tool that is missing, all at once."""
    missing = [
        f"{tool} (for {sdk.name})" for sdk in sdks for tool in sdk.tools if not _is_there(tool)
    ]
    if missing:
        raise Unprepared(f"please install: {', '.join(missing)}")


def _is_there(tool):
    if tool == "python3-venv":
        return all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))
    return shutil.which(tool) is not None


SDKS = {
    sdk.name: sdk
    for sdk in (
        Sdk(
            name="node",
            folder=HERE / "node",
            tools=("node", "npm"),
            inputs=("package.json", "package-lock.json"),
            makes=HERE / "node" / "node_modules",
            steps=(("npm", "ci"),),
            command=("node", "client.mjs"),
        ),
        Sdk(
            name="python",
            folder=HERE / "python",
            tools=("python3-venv",),
            inputs=("requirements.txt",),
            makes=VENV,
            steps=(
                (sys.executable, "-m", "venv", str(VENV)),
                (VENV_PYTHON, "-m", "pip", "install", "--quiet", "-r", "requirements.txt"),
            ),
            command=(VENV_PYTHON, "client.py"),
        ),
        Sdk(
            name="java",
            folder=HERE / "java",
            tools=("java", "javac", "mvn"),
            inputs=("pom.xml", "src/main/java/Client.java"),
            makes=HERE / "java" / "target",
            steps=(("mvn", "compile", "dependency:copy-dependencies", "-q", "-B"),),
            command=("java", "-cp", "target/classes:target/lib/*", "Client"),
        ),
        Sdk(
            name="rust",
            folder=ROOT,
            tools=("cargo",),
            inputs=(),
            makes=None,
            # With the features of `./test`, so that the crates which it has built serve here too.
            steps=(
                ("cargo", "build", "--locked", "--workspace", "--all-features", "--example", "conformance"),
            ),
            command=(str(TARGET / "debug" / "examples" / "conformance"),),
        ),
    )
}
