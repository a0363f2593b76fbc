"""Follows one document from its first block to its last, as a reader would who pastes each of them."""

import json
import tempfile
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import played
import shown
from driver.paths import ROOT
from shell import Shell, Stuck

WAIT_SECONDS = 15
# Where a document shows a code that the reader has to replace.
PLACEHOLDER = "THE-CODE"

_http = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Differs(Exception):
    """The program does something else than the document says."""


@dataclass
class Followed:
    """What became of the blocks of a document."""

    document: str
    run: int = 0
    shown: int = 0
    files: int = 0
    not_run: list = field(default_factory=list)


class Reader:
    """Follows the blocks of one document, in a folder of its own."""

    def __init__(self, document, blocks, binary):
        self._blocks = blocks
        self._binary = binary
        self._ports = played.ports_of("".join(block.code for block in blocks))
        self._compared = []
        self.followed = Followed(document)

    def follow(self):
        """What became of the blocks.

        Raises `Differs` when the program does something else than the document says.
        """
        with tempfile.TemporaryDirectory(prefix="countersign-document-") as name:
            folder = Path(name)
            programs = played.put_programs(folder, self._binary, self._ports)
            with Shell(folder, played.environment(programs)) as self._shell:
                for number, block in enumerate(self._blocks):
                    self._take(block, self._blocks[number + 1 :])
        return self.followed

    def _take(self, block, rest):
        if "no-run" in block.marks:
            self.followed.not_run.append(block)
        elif "file" in block.marks:
            self._save(block)
        elif block.language == "sh":
            try:
                self._run(block, rest)
            except Stuck as error:
                raise Differs(f"{block.place}: {error}") from error
        elif block not in self._compared:
            raise Differs(f"{block.place}: no commands before the block print it")

    def _save(self, block):
        """Saves a file as the reader is told; one that is in the repository must be the same there."""
        name = block.marks["file"]
        if (ROOT / name).exists():
            if (ROOT / name).read_text() != block.code:
                raise Differs(f"{block.place}: the block and {name} differ")
        else:
            path = self._shell.work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(played.on_free_ports(block.code, self._ports))
        self.followed.files += 1

    def _run(self, block, rest):
        self.followed.run += 1
        code = played.on_free_ports(block.code, self._ports)
        if PLACEHOLDER in code:
            code = code.replace(PLACEHOLDER, self._newest()["passCode"])
        if "background" in block.marks:
            self._shell.start(code)
            run = ""
        else:
            run = self._run_once(block, code)
        for expected in _shown_after(rest):
            run = self._look(block, code, run, expected)
            self._compared.append(expected)
            self.followed.shown += 1

    def _run_once(self, block, code):
        type_code = self._next_code() if "types" in block.marks else None
        printed, failed = self._shell.run(code, type_code)
        if bool(failed) != ("fails" in block.marks):
            expected = "a command must fail" if "fails" in block.marks else "no command may fail"
            raise Differs(f"{block.place}: {expected}\n{failed}{printed}")
        return printed

    def _look(self, block, code, printed, expected):
        """Looks for what the document shows, in the output of the block or of a program in the background."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            missing = shown.first_missing(expected.code, printed)
            if missing is None or shown.first_missing(expected.code, self._shell.background()) is None:
                return printed
            if time.monotonic() > deadline:
                raise Differs(f"{expected.place}: shown, but not printed: {missing}\n{printed}")
            time.sleep(0.2)
            if "repeat" in block.marks:
                printed = self._run_once(block, code)

    def _outbox(self):
        """The messages to all numbers, newest first; none while no server runs."""
        try:
            with _http.open(f"http://127.0.0.1:{self._ports[8480]}/dev/outbox", timeout=5) as answer:
                return json.load(answer)
        except OSError:
            return []

    def _newest(self):
        messages = self._outbox()
        if not messages:
            raise Stuck("no code was sent yet")
        return messages[0]

    def _next_code(self):
        """A function that returns the code of the next message once that is there."""
        before = {message["messageId"] for message in self._outbox()}

        def look():
            codes = [message["passCode"] for message in self._outbox() if message["messageId"] not in before]
            return codes[0] if codes else None

        return look


def _shown_after(blocks):
    """What the document shows after a block of commands, before the next one."""
    for block in blocks:
        if block.is_shown:
            yield block
        elif "no-run" not in block.marks:
            return
