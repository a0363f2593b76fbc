"""The result of a run as people read it: a row for each kind of fault, and the figures beside."""

from collections import Counter
from statistics import median

from checker import MINUTE, PROMISES, SHORTEST, Facts, gaps

HEAD = (
    "fault", "rounds", "sends answered", "refused 503", "no answer", "messages", "checks", "violations", "back after, median s", "most s",
)  # fmt: skip


class Outcome:
    """A run: its rounds, what was heard in it, and the violations that the checker found."""

    def __init__(self, rounds, events, violations, outages, opened_at):
        self._rounds, self._violations = rounds, violations
        self._facts, self._outages, self._opened_at = Facts(events), outages, opened_at

    def rows(self):
        kinds = list(dict.fromkeys(a_round.kind for a_round in self._rounds))
        yield from (self._row(kind, [a_round for a_round in self._rounds if a_round.kind == kind]) for kind in kinds)
        yield self._row("all, and between", None)

    def _row(self, name, rounds):
        within = _Within(rounds)
        sends = [send for send in self._facts.sends if within(send["asked"])]
        statuses = Counter(send["status"] for send in sends)
        checks = [check for check in self._facts.checks if within(check["asked"]) and check["valid"] is not None]
        recoveries = [a_round.recovery for a_round in rounds or self._rounds if a_round.recovery is not None]
        return (
            name, len(rounds or self._rounds), len(sends) - statuses[None], statuses[503], statuses[None],
            sum(within(message["at"]) for message in self._facts.messages), len(checks),
            sum(within(violation.at) for violation in self._violations),
            f"{median(recoveries):.1f}" if recoveries else "never", f"{max(recoveries):.1f}" if recoveries else "never",
        )  # fmt: skip

    def print(self):
        print("| " + " | ".join(HEAD) + " |")
        print("|" + "---|" * len(HEAD))
        for row in self.rows():
            print("| " + " | ".join(map(str, row)) + " |")
        print()
        for line in (*self._minute(), *self._covered(), *self._away()):
            print(line)
        self._print_violations()

    def _minute(self):
        near = [(apart, since_asked) for apart, since_asked, _ in gaps(self._facts) if apart < 2 * MINUTE]
        if not near:
            return
        apart, since_asked = map(min, zip(*near))
        yield f"{len(near)} messages came within two minutes of the one before to the same number, application and channel:"
        yield f"at least {apart:.2f} s after it, and at least {since_asked:.2f} s after that was asked for ({SHORTEST:.2f} s is the least)."

    def _covered(self):
        facts = self._facts
        unknown = sum("unknown" in timeline["outcomes"] for timeline in facts.timelines)
        passed = sum(check["valid"] is True for check in facts.checks)
        once = sum(signed["status"] == 200 for signed in facts.signed)
        shown = len({signed["signature"] for signed in facts.signed})
        by_solution = [send for send in facts.sends if send["solution"]]
        solved, again = len({send["solution"] for send in by_solution}), len(by_solution)
        sent = sum(send["status"] == 200 for send in by_solution)
        yield f"{len(facts.timelines)} timelines, {unknown} of them with an unknown outcome. {passed} codes were used up."
        yield f"{shown} signatures were shown {len(facts.signed)} times, and passed {once} times."
        yield f"{solved} solved challenges were shown {again} times, and sent {sent} messages."

    def _away(self):
        """The answers and connections of the times when the database was away."""
        ended = [(began, end) for began, end in self._outages if end]
        if not ended:
            return
        away = [send for send in self._facts.sends if any(began < send["asked"] and send["answered"] < end for began, end in ended)]
        sent = sum(send["status"] == 200 for send in away)
        yield f"The database was away {len(ended)} times. Meanwhile {sent} sends were answered with success, and {len(_refused(away))} with 503,"
        yield f"the slowest after {max(_refused(away), default=0.0):.2f} s."
        yield f"The slowest 503 of the whole run came after {max(_refused(self._facts.sends), default=0.0):.2f} s."
        meanwhile = _busiest_second(self._opened_at, ended)
        afterwards = _busiest_second(self._opened_at, [(end, end + 5) for _, end in ended])
        yield f"A node opened {meanwhile} connections in a second at most meanwhile, and {afterwards} in the five seconds after its return."

    def _print_violations(self):
        broken = Counter(violation.promise for violation in self._violations)
        print("\npromises:")
        for promise in PROMISES:
            print(f"  {'BROKEN ' + str(broken[promise]) + ' times' if broken[promise] else 'held'}: {promise}")
        for violation in self._violations[:40]:
            print(f"VIOLATION at {violation.at:.1f} s, {violation.promise}: {violation.text}")


class _Within:
    """Whether a time lies in one of the rounds; without rounds, always."""

    def __init__(self, rounds):
        self._spans = None if rounds is None else [(a_round.began, a_round.ended) for a_round in rounds]

    def __call__(self, at):
        return self._spans is None or any(began <= at < ended for began, ended in self._spans)


def _refused(sends):
    """The seconds after which those of the sends that were answered 503 were answered."""
    return [send["answered"] - send["asked"] for send in sends if send["status"] == 503]


def _busiest_second(opened_at, spans):
    """The most connections that one node opened in a second of these spans; `opened_at` has the times of each node."""
    within = [sorted(at for at in times if any(began <= at < end for began, end in spans)) for times in opened_at]
    return max(sum(at <= later < at + 1 for later in times[place:]) for times in within for place, at in enumerate(times or [0.0]))
