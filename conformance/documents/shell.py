"""The terminals of a reader: one shell that keeps its state from block to block, and programs in the background."""

import contextlib
import os
import select
import signal
import subprocess
import time
from pathlib import Path

BLOCK_SECONDS = 240
START_SECONDS = 30


class Stuck(Exception):
    """A block did not end, or a program in the background did not start."""


class Shell:
    """`with Shell(folder, environment) as shell:` starts it in `folder/work`; leaving the block ends all that it started."""

    def __init__(self, folder, environment):
        self._folder, self._environment = folder, environment
        self.work = folder / "work"  # where the reader is; `cd` moves it
        self._blocks = 0
        self._background = []  # (process, output file)

    def __enter__(self):
        self._done, done = os.pipe()
        self._bash = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True,
            cwd=self.work, env=self._environment, pass_fds=[done], start_new_session=True,
        )  # fmt: skip
        os.close(done)
        self._say(f"set -E -o pipefail; done_fd={done}; failures={self._folder}/failures")
        self._say("trap 'echo \"exit $? of: $BASH_COMMAND\" >> \"$failures\"' ERR")
        return self

    def __exit__(self, *_):
        for process in [self._bash, *(process for process, _ in self._background)]:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        os.close(self._done)

    def _say(self, line):
        self._bash.stdin.write(line + "\n")
        self._bash.stdin.flush()

    def _file(self, name):
        return self._folder / f"{self._blocks}.{name}"

    def run(self, code, type_code=None):
        """Runs commands in the foreground; what they print, and the commands that failed.

        Where `type_code` is given, the text that it returns is typed at the program that reads standard input; it is
        called until it returns one.
        """
        self._blocks += 1
        script, output, failed = self._file("sh"), self._file("out"), self._file("failed")
        script.write_text(code)
        typed = os.devnull
        if type_code:
            typed = self._file("in")
            os.mkfifo(typed)
        self._say(f": > $failures; . {script} < {typed} > {output} 2>&1; cp $failures {failed}")
        self._say("pwd >&$done_fd")
        if type_code:
            self._type(typed, type_code)
        if not select.select([self._done], [], [], BLOCK_SECONDS)[0]:
            raise Stuck(f"the block did not end:\n{output.read_text(errors='replace')}")
        self.work = Path(os.read(self._done, 4096).decode().rstrip("\n"))
        return output.read_text(errors="replace"), failed.read_text()

    def _type(self, fifo, type_code):
        """Types what `type_code` returns; nothing where the commands end without it."""
        deadline = time.monotonic() + BLOCK_SECONDS
        with contextlib.suppress(BrokenPipeError), open(fifo, "w") as terminal:
            while not select.select([self._done], [], [], 0.05)[0] and time.monotonic() < deadline:
                if code := type_code():
                    terminal.write(code + "\n")
                    return

    def start(self, code):
        """Runs a program in a terminal of its own, until it listens."""
        self._blocks += 1
        output = self._file("out")
        with output.open("wb") as out:
            process = subprocess.Popen(
                ["bash", "-c", code],
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                cwd=self.work, env=self._environment, start_new_session=True,
            )  # fmt: skip
        self._background.append((process, output))
        deadline = time.monotonic() + START_SECONDS
        while "listening on http://" not in output.read_text(errors="replace"):
            if process.poll() is not None or time.monotonic() > deadline:
                raise Stuck(f"the program did not start:\n{output.read_text(errors='replace')}")
            time.sleep(0.05)

    def background(self):
        """What the programs in the background have printed by now."""
        return "".join(output.read_text(errors="replace") for _, output in self._background)
