"""The slow callers: slowhttptest in one of its modes."""

import re
import subprocess
from dataclasses import dataclass

# A mode whose connections are all closed early ends early; one that hangs is ended from here.
GRACE_SECONDS = 20


class NoAttack(Exception):
    """slowhttptest did not do what it should; the text says why."""


@dataclass(frozen=True)
class Mode:
    name: str
    options: tuple
    path: str


MODES = (
    Mode("heads, a line at a time", ("-H", "-i", "2", "-x", "24"), "/api/v3/system"),
    Mode("bodies, a few bytes at a time", ("-B", "-i", "2", "-s", "8192", "-x", "10", "-f", "application/json"), "/api/v3/send-sms"),
    Mode("answers, a few bytes at a time", ("-X", "-k", "3", "-n", "2", "-w", "8", "-y", "16", "-z", "8"), "/api/v3/get-country-list"),
)


class Attack:
    def __init__(self, mode, front, connections, seconds):
        self._seconds = seconds
        self._command = [
            "slowhttptest", *mode.options,
            "-c", str(connections), "-r", str(connections // 2), "-l", str(seconds),
            "-u", front.url + mode.path,
        ]  # fmt: skip

    def run(self):
        """Waits for the end of it; returns how many connections were opened, as slowhttptest counts them."""
        done = subprocess.run(
            self._command, capture_output=True, encoding="utf-8", errors="replace", timeout=self._seconds + GRACE_SECONDS
        )
        said = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)
        counts = {what: [int(n) for n in re.findall(rf"{what}:\s+(\d+)", said)] for what in ("connected", "closed", "error")}
        if not counts["connected"]:
            raise NoAttack(f"slowhttptest says nothing of connections (exit code {done.returncode}): {said[-400:]}")
        return max(sum(at) for at in zip(*counts.values()))
