"""Waiting for a condition."""

import time

PATIENCE = 120


class NotYet(Exception):
    """The condition does not hold; the text says what is missing."""


def until(attempt, patience=PATIENCE):
    """Tries until `attempt` raises no `NotYet`, and says after the patience what is missing."""
    deadline = time.monotonic() + patience
    while True:
        try:
            return attempt()
        except NotYet as error:
            if time.monotonic() > deadline:
                raise SystemExit(f"waited in vain: {error}") from error
        time.sleep(0.2)
