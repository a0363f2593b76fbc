"""The kinds of fault. Each breaks something, waits, mends it, and says what it did.

A fault is a function of a `Rig` and a source of chance. It returns when it was over (from then on the service has to come back)
and a note for the log.
"""

import signal
from dataclasses import dataclass

from history import now

# A quarter of an hour of skew is the most that signatures allow; ten minutes lie between two nodes here at most.
SKEW_SECONDS = 300
STANDBY_AHEAD_SECONDS = (0, 30, -30)
BEHIND_SECONDS = 1.0


@dataclass(frozen=True)
class Done:
    over: float
    note: str


def kill_node(rig, chance):
    """kill -9 of a node, and its start."""
    node = chance.choice(rig.nodes)
    node.kill()
    rig.rest(chance.uniform(0.2, 3.0))
    over = now()
    node.start()
    return Done(over, node.name)


def restart_database(rig, chance):
    """The database ends, with or without a word, and starts again."""
    how = chance.choice((signal.SIGINT, signal.SIGQUIT))
    rig.outage_begins()
    rig.database.primary.stop(how)
    rig.rest(chance.uniform(0.5, 6.0))
    rig.database.primary.start(rig.database.primary.ahead_seconds)
    over = now()
    rig.outage_ends(over)
    rig.database.wait_for_standby()
    return Done(over, "fast" if how == signal.SIGINT else "immediate")


def promote_standby(rig, chance):
    """kill -9 of the primary; the standby takes its place, and the primary is made anew as its standby.

    The standby's clock is that of the primary, ahead of it, or behind it, as it was started in the promotion before. In a third of
    the rounds a node dies with the primary, and starts when the standby has taken over: it does not know that the clock leapt.
    """
    return _promote(rig, chance, chance.choice(rig.nodes) if chance.random() < 1 / 3 else None)


def _promote(rig, chance, node):
    """Promotes the standby; `node`, if there is one, dies with the primary and starts afterwards."""
    ahead = rig.database.standby.ahead_seconds - rig.database.primary.ahead_seconds
    if rig.database.fall_behind():
        rig.rest(BEHIND_SECONDS)
    rig.outage_begins()
    rig.database.primary.kill()
    if node:
        node.kill()
    rig.rest(chance.uniform(0.0, 2.0))
    rig.database.fail_over()
    over = now()
    rig.outage_ends(over)
    if node:
        node.start()
    rig.rest(chance.uniform(0.0, 2.0))
    rig.database.follow(rig.next_ahead())
    return Done(over, f"clock {ahead:+d} s" + (f", {node.name} starts" if node else ""))


def cut_connections(rig, chance):
    """Connections to the database are reset, several times."""
    doors, names = rig.some_doors(chance)
    times = chance.randint(1, 6)
    for _ in range(times):
        rig.proxy.cut(doors)
        rig.rest(chance.uniform(0.05, 1.0))
    return Done(now(), f"{times} times, {names}")


def delay_connections(rig, chance):
    """Everything that nodes and database say to each other comes late."""
    doors, names = rig.some_doors(chance)
    delay = chance.choice((0.02, 0.1, 0.3, 0.8))
    for door in doors:
        door.delay = delay
    rig.rest(chance.uniform(3.0, 6.0))
    for door in doors:
        door.delay = 0.0
    return Done(now(), f"{delay:.2f} s, {names}")


def half_close_connections(rig, chance):
    """One direction ends, or is swallowed without a word."""
    doors, names = rig.some_doors(chance)
    way = chance.choice(("end of the database", "end of the node", "deaf", "mute"))
    if way.startswith("end"):
        rig.proxy.half_close(doors, of_database=way == "end of the database")
        rig.rest(chance.uniform(1.0, 3.0))
    else:
        for door in doors:
            setattr(door, way, True)
        rig.rest(chance.uniform(2.0, 6.0))
        for door in doors:
            setattr(door, way, False)
        # Bytes are missing: no connection of then makes sense any more.
        rig.proxy.cut(doors)
    return Done(now(), f"{way}, {names}")


def freeze_node(rig, chance):
    """SIGSTOP of a node, and SIGCONT after a minute. In a third of the rounds the standby is promoted meanwhile."""
    node = chance.choice(rig.nodes)
    node.freeze()
    until, note = now() + rig.freeze_seconds, ""
    if chance.random() < 1 / 3:
        note = f", standby promoted, {_promote(rig, chance, None).note}"
    rig.rest(max(0.0, until - now()))
    node.thaw()
    return Done(now(), f"{node.name}, {rig.freeze_seconds:.0f} s{note}")


def skew_clock(rig, chance):
    """A node's wall clock is set five minutes ahead or behind while it starts again, or right again."""
    node = chance.choice(rig.nodes)
    node.skew = chance.choice([skew for skew in (0, SKEW_SECONDS, -SKEW_SECONDS) if skew != node.skew])
    node.kill()
    over = now()
    node.start()
    return Done(over, f"{node.name} {node.skew:+d} s")


def expand_schema(rig, chance):
    """A migration of a later release adds a column to busy tables, and a table; then a node of this release starts on it."""
    node = chance.choice(rig.nodes)
    version = rig.database.expand()
    node.kill()
    over = now()
    node.start()
    return Done(over, f"version {version}, {node.name} starts")


def upgrade_node(rig, _):
    """A node of the older release ends, and one of this release starts in its place; its migrations run under load."""
    node = next(node for node in reversed(rig.nodes) if node.is_older)
    node.kill()
    node.upgrade()
    over = now()
    node.start()
    return Done(over, node.name)


KINDS = {
    "node killed": kill_node,
    "database restarted": restart_database,
    "standby promoted": promote_standby,
    "connections cut": cut_connections,
    "connections delayed": delay_connections,
    "connections half closed": half_close_connections,
    "node frozen": freeze_node,
    "node's clock set": skew_clock,
    "schema expanded": expand_schema,
}

# Played where a run has an older program, beside the others: at its begin for one node, and at its end for all others.
UPGRADE = "node upgraded"

# The kinds of the short run, which come in every one.
SHORT = ("node killed", "database restarted", "standby promoted", "connections cut", "schema expanded")
