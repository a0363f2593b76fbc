"""Programs that are run, and must succeed."""

import subprocess

from driver.expect import Mismatch

SECONDS = 300


def run(*command, **options):
    """What the command printed; a failure is told with everything that it said."""
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, encoding="utf-8", errors="replace", timeout=SECONDS, **options)
    if done.returncode != 0:
        raise Mismatch(f"`{' '.join(words)}` to succeed", f"{done.stdout}{done.stderr}".strip())
    return done.stdout


def same(what, got, expected):
    if got != expected:
        raise Mismatch(f"{what}: {expected}", got)
