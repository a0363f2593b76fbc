"""The rounds of a run: which faults come in which order, and how long the service takes to come back."""

import random
import time
from dataclasses import dataclass

from driver.progress import say
from faults import KINDS, UPGRADE, upgrade_node
from history import now

# How long every node has to serve again after a fault is over; much longer than it takes.
PATIENCE_SECONDS = 90
QUIET_SECONDS = 2.0


@dataclass
class Round:
    kind: str
    began: float
    over: float = 0.0
    # When the last node served again; None if it did not.
    served: float | None = None
    ended: float = 0.0
    note: str = ""

    @property
    def recovery(self):
        return None if self.served is None else self.served - self.over


def plan(rounds, seed, kinds):
    """The kinds in their order: each about as often as the others."""
    chance = random.Random(f"plan {seed}")
    order = []
    while len(order) < rounds:
        order += chance.sample(kinds, len(kinds))
    return order[:rounds]


def with_upgrades(order, nodes):
    """One node is upgraded before the faults, and all others after them."""
    return [UPGRADE, *order, *[UPGRADE] * (nodes - 1)]


def play(rig, load, order, seed):
    """Plays the rounds, and yields each."""
    for number, kind in enumerate(order, 1):
        yield _round(rig, load, number, len(order), kind, random.Random(f"round {number} {seed}"))


def _round(rig, load, number, rounds, kind, chance):
    rig.rest(chance.uniform(0.5, 1.5) * QUIET_SECONDS)
    this = Round(kind, now())
    done = (upgrade_node if kind == UPGRADE else KINDS[kind])(rig, chance)
    this.over, this.note = done.over, done.note
    this.served = _all_serve(load, done.over)
    this.ended = now()
    back = "did NOT come back" if this.recovery is None else f"back after {this.recovery:.1f} s"
    say(f"round {number} of {rounds}: {kind} ({this.note}), {back}")
    return this


def _all_serve(load, since):
    """When the last node served again; None if one did not in time."""
    deadline = now() + PATIENCE_SECONDS
    while (at := load.all_serve(since)) is None and now() < deadline:
        time.sleep(0.05)
    return at
