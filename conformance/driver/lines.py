"""A child process that is read line by line, each line with a deadline."""

import queue
import subprocess
import threading


class NoLine(Exception):
    """The line that was waited for did not come."""


class LineProcess:
    """Its standard output is read here, its standard error goes to the log file."""

    def __init__(self, command, log, **options):
        with log.open("wb") as stderr:
            self.child = subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=stderr,
                encoding="utf-8",
                errors="replace",
                **options,
            )
        self._lines = queue.Queue()
        threading.Thread(target=self._pump, daemon=True).start()

    def _pump(self):
        for line in self.child.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def next_line(self, seconds):
        try:
            line = self._lines.get(timeout=seconds)
        except queue.Empty:
            raise NoLine(f"no line within {seconds:.0f} s") from None
        if line is None:
            self._lines.put(None)
            raise NoLine(f"the process ended with exit code {self.child.wait()}")
        return line
