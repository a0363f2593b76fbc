"""Judges a history: which promises it breaks.

The checker sees what clients, the vendor and the API said, and nothing of the database. A client that got no answer knows
nothing, so an unanswered call breaks no promise by itself.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass

MINUTE = 60.0

# The time of the deployment follows the database's clock without its leaps. A leap of up to a quarter of a second is none, and what
# is left of a leap is made up for at a hundred-thousandth (docs/decisions/0032-leases.md), and times are whole milliseconds, so a
# minute may be shorter by this much.
UNSEEN_LEAP = 0.25
MADE_UP = 0.01
SHORTEST = MINUTE - UNSEEN_LEAP - MADE_UP

# The longest time between a client's question and a message that it may have led to.
HAND_OVER = 12.0

# The answers to a send whose message went to vendors, none of which took it. Every other answer but 200 means that none was asked.
NOT_TAKEN = (601, 602)


@dataclass(frozen=True)
class Violation:
    promise: str
    at: float
    text: str


class Facts:
    """A history by its parts."""

    def __init__(self, events):
        self.sends, self.checks, self.signed, self.messages, self.timelines = (
            [event for event in events if event["what"] == what] for what in ("send", "check", "signed", "message", "timeline")
        )
        self.timeline_of = {timeline["message"]: timeline for timeline in self.timelines}
        self.requests = {timeline["request"] for timeline in self.timelines}
        self.right = Counter(request for timeline in self.timelines for request in timeline["right"])
        self.sent_by = {send["request"]: send for send in self.sends if send["request"]}
        self._unanswered = defaultdict(list)
        for send in self.sends:
            if not send["request"]:
                self._unanswered[_scope(send)].append(send["asked"])

    def scope_of(self, message):
        """Application, channel and number of a message at the vendor; the application by its timeline."""
        timeline = self.timeline_of.get(message["message"])
        return (timeline["application"] if timeline else None, message["channel"], message["number"])

    def asked(self, message):
        """The latest moment at which the client that this message is due to may have asked."""
        timeline = self.timeline_of.get(message["message"])
        send = timeline and self.sent_by.get(timeline["request"])
        if send:
            return send["asked"]
        earlier = [at for at in self._unanswered[self.scope_of(message)] if message["at"] - HAND_OVER < at < message["at"]]
        return max(earlier, default=message["at"])


def _scope(event):
    return (event["application"], event["channel"], event["number"])


def _taken(facts):
    """By scope: the messages that may have reached a phone, in the order in which the vendor saw them."""
    by_scope = defaultdict(list)
    for message in sorted(facts.messages, key=lambda message: message["at"]):
        if message["taken"]:
            by_scope[facts.scope_of(message)].append(message)
    return by_scope


def gaps(facts):
    """Of each two messages to one number in a row: the seconds between them at the vendor, between the first question and the
    second message, and the second message."""
    for messages in _taken(facts).values():
        for first, second in zip(messages, messages[1:]):
            yield second["at"] - first["at"], second["at"] - facts.asked(first), second


def minute(facts):
    for at_vendor, since_asked, message in gaps(facts):
        # The first of them may have come late: it was decided on at some time since it was asked for.
        if since_asked < SHORTEST:
            yield message["at"], f"message {message['message']} came {at_vendor:.3f} s after the one before"


def handed_over_once(facts):
    for message, times in Counter(message["message"] for message in facts.messages).items():
        if times > 1:
            first = next(one for one in facts.messages if one["message"] == message)
            yield first["at"], f"message {message} came {times} times"


def code_passes_once(facts):
    sent = Counter((facts.scope_of(message), message["code"]) for message in facts.messages)
    passed = defaultdict(list)
    for check in facts.checks:
        if check["valid"]:
            passed[_scope(check), check["code"]].append(check)
    for code, checks in passed.items():
        if len(checks) > sent[code]:
            last = max(check["answered"] for check in checks)
            yield last, f"a code that was sent {sent[code]} times passed {len(checks)} times, requests {_requests(checks)}"
    for timeline in facts.timelines:
        if len(timeline["right"]) > 1:
            yield 0.0, f"the code of message {timeline['message']} passed {len(timeline['right'])} times by its timeline"


def _requests(events):
    return ", ".join(event["request"] or "unknown" for event in events)


def on_its_timeline(facts):
    for send in facts.sends:
        if send["status"] == 200 and send["request"] not in facts.requests:
            yield send["asked"], f"request {send['request']} was answered with success, and has no timeline"
    for check in facts.checks:
        if check["valid"] and not facts.right[check["request"]]:
            yield check["asked"], f"check {check['request']} passed, and is on no timeline"
    for message in facts.messages:
        if message["message"] not in facts.timeline_of:
            yield message["at"], f"message {message['message']} was handed over, and has no timeline"


def has_outcome(facts):
    at = max((message["at"] for message in facts.messages), default=0.0)
    for timeline in facts.timelines:
        if not timeline["outcomes"] or timeline["state"] == "pending":
            yield at, f"message {timeline['message']} has no outcome ({timeline['state']})"


def refused_sends_nothing(facts):
    by_request = {timeline["request"]: timeline["message"] for timeline in facts.timelines}
    at_vendor = {message["message"]: message["at"] for message in facts.messages}
    taken = {message["message"] for message in facts.messages if message["taken"]}
    for send in facts.sends:
        message = by_request.get(send["request"])
        sent = taken if send["status"] in NOT_TAKEN else at_vendor
        if send["status"] not in (200, None) and message in sent:
            yield at_vendor[message], f"request {send['request']} was answered {send['status']}, and message {message} was sent"


def taken_once(facts):
    signatures = Counter(signed["signature"] for signed in facts.signed if signed["status"] == 200)
    solutions = Counter(send["solution"] for send in facts.sends if send.get("solution") and send["status"] == 200)
    tokens = Counter(check["token"] for check in facts.checks if check["valid"] and check["token"])
    for kind, counted in (("signature", signatures), ("solution", solutions), ("verification token", tokens)):
        for what, times in counted.items():
            if times > 1:
                yield _last(facts, what), f"{kind} {what[:16]}... passed {times} times"


def _last(facts, what):
    shown = (*facts.signed, *facts.sends, *facts.checks)
    return max(one["asked"] for one in shown if what in (one.get("signature"), one.get("solution"), one.get("token")))


PROMISES = {
    "a number gets one message in its minute": minute,
    "a message is handed over once": handed_over_once,
    "a code passes once": code_passes_once,
    "an answered success is on its timeline": on_its_timeline,
    "every intent has an outcome": has_outcome,
    "a refused send sends nothing": refused_sends_nothing,
    "a signature, solution or token is taken once": taken_once,
}


def judge(events):
    """The violations of every promise, in the order of time."""
    facts = Facts(events)
    found = [Violation(promise, at, text) for promise, broken in PROMISES.items() for at, text in broken(facts)]
    return sorted(found, key=lambda violation: violation.at)
