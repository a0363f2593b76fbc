"""The nodes: `countersign dev` on one database, each with a folder of its own and the keys of the first."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from driver.lines import LineProcess, NoLine  # noqa: E402
from driver.paths import log_file  # noqa: E402
from ports import free_port  # noqa: E402

START_SECONDS = 60
KEYS = ("keys.json", "signing-keys.json")

# Applications whose callers can solve challenges have to, for every number.
LIMITS = """
[[limits]]
name = "work-for-every-number"
by = ["application", "number"]
window_seconds = 60
max = 0
mode = "challenge"
"""


class NoNode(Exception):
    """A node did not start; the text says why."""


class Node:
    def __init__(self, name, programs, folder, clocks, door, vendor):
        self._program, older = programs
        self.name, self.door, self.port = name, door, free_port()
        self.folder = folder / name
        self.folder.mkdir()
        # In seconds, by which its wall clock is ahead of the machine's.
        self.skew = 0
        self.is_up = False
        self._clocks = clocks
        settings = self.folder / "settings.toml"
        settings.write_text(LIMITS)
        database = f"postgres://postgres@127.0.0.1:{door.port}/countersign"
        self._command = [
            str(older or self._program), "dev", "--quiet", "--listen", f"127.0.0.1:{self.port}", "--data", str(self.folder),
            "--config", str(settings), "--database-url", database, "--provider", f"http:{vendor.url}",
        ]  # fmt: skip
        self._starts = 0
        self.is_older = older is not None

    def start(self):
        self._starts += 1
        log = log_file(f"chaos-{self.name}-{self._starts}")
        command = [*self._clocks.ahead(self.skew), *self._command]
        self._process = LineProcess(command, log, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS
        try:
            while "listening on" not in self._process.next_line(deadline - time.monotonic()):
                pass
        except NoLine as error:
            raise NoNode(f"{self.name}: {error}\n{log.read_text(errors='replace')[-2000:]}") from error
        self.is_up = True

    def takes_keys_of(self, other):
        for name in KEYS:
            # Newer programs share the keys of tokens through the database.
            if (other.folder / name).exists():
                shutil.copy(other.folder / name, self.folder / name)

    def upgrade(self):
        """Has the next start be one of the newer program."""
        self._command[0], self.is_older = str(self._program), False

    def kill(self):
        self.is_up = False
        self._process.child.kill()
        self._process.child.wait()

    def freeze(self):
        self._process.child.send_signal(signal.SIGSTOP)

    def thaw(self):
        self._process.child.send_signal(signal.SIGCONT)

    def owner(self):
        """The proof of a management call to this node."""
        token = json.loads((self.folder / "owner.json").read_text())["token"]
        return {"authorization": f"Bearer {token}"}


class Nodes:
    """`with Nodes((program, older), ...) as nodes:` starts one for each door of the proxy; leaving the block ends them."""

    def __init__(self, programs, folder, clocks, proxy, vendor):
        self.all = [Node(f"node{number}", programs, folder, clocks, door, vendor) for number, door in enumerate(proxy.doors)]

    def __enter__(self):
        try:
            for node in self.all:
                if node is not self.all[0]:
                    node.takes_keys_of(self.all[0])
                node.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for node in self.all:
            if node.is_up:
                node.kill()
