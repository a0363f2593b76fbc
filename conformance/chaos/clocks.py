"""Clocks that are ahead or behind, by libfaketime. Time passes on them as it does on that of the machine."""

from pathlib import Path

ROOTS = ("/usr/lib", "/usr/lib64", "/usr/local/lib")


class NoClock(Exception):
    """libfaketime is missing."""


class Clocks:
    def __init__(self):
        found = [file for root in ROOTS for file in Path(root).glob("**/faketime/libfaketime.so.1")]
        if not found:
            raise NoClock("libfaketime is missing: apt-get install faketime")
        self._library = str(found[0])

    def ahead(self, seconds):
        """The beginning of a command whose wall clock is ahead by so much, or behind if negative."""
        fake = {
            "LD_PRELOAD": self._library,
            "FAKETIME": f"{seconds:+d}",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }
        return ["env", *(f"{name}={value}" for name, value in fake.items())] if seconds else []
