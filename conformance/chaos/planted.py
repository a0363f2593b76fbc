"""Planted faults: histories that break one promise each, which the checker has to find, and sound ones, where it finds nothing."""

import copy

from checker import MINUTE, judge


class Missed(Exception):
    """The checker does not find what it should, or finds what is not there."""


SCOPE = {"application": "shop", "channel": "CHANNEL_LOGIN", "number": "+8613800000000"}
SENT = {"channel": "CHANNEL_LOGIN", "number": "+8613800000000"}


def _send(at, request, status=200, **more):
    answered = None if status is None else at + 0.1
    return {"what": "send", "asked": at, "answered": answered, "status": status, "request": request, "solution": None, **SCOPE, **more}


def _message(at, message, code, taken=True):
    return {"what": "message", "at": at, "message": message, "code": code, "taken": taken, **SENT}


def _check(at, request, code, valid, status=200):
    token = f"token of {request}" if valid else None
    answer = {"status": status, "valid": valid, "request": request, "token": token}
    return {"what": "check", "asked": at, "answered": at + 0.1, "code": code, **answer, **SCOPE}


def _signed(at, signature, status):
    return {"what": "signed", "asked": at, "answered": at + 0.1, "signature": signature, "status": status}


def _timeline(message, request, outcomes=("accepted",), state="live", right=()):
    told = {"message": message, "request": request, "outcomes": list(outcomes), "state": state, "right": list(right)}
    return {"what": "timeline", "application": "shop", "channel": "CHANNEL_LOGIN", **told}


def _sound():
    """Two messages with a minute between them, of which the first came late; and everything else that may happen."""
    return [
        _send(0.0, "r1"), _message(2.0, "m1", "111111"), _timeline("m1", "r1", state="used", right=["c2"]),
        _send(5.0, "r2", 429), _send(6.0, "r3", 503), _send(7.0, None, None),
        _check(8.0, "c1", "999999", False), _check(9.0, "c2", "111111", True), _check(9.0, "c3", "111111", False),
        _check(9.1, None, "111111", None, None),
        _send(MINUTE + 0.1, "r4", solution="s1"), _message(MINUTE + 0.2, "m2", "222222"), _timeline("m2", "r4"),
        _send(MINUTE + 1.0, "r5", 403, solution="s1"),
        _signed(3.0, "one", 200), _signed(3.0, "one", 401), _signed(4.0, "other", 200),
        # A refused message gives its minute back, and the next one comes at once.
        _send(130.0, "r6", 602), _message(130.1, "m3", "333333", taken=False), _timeline("m3", "r6", ["rejected"], "void"),
        _send(131.0, "r7"), _message(131.1, "m4", "444444"), _timeline("m4", "r7"),
        # A node dies with the answer: its client knows nothing, and the timeline says so.
        _send(200.0, None, None), _message(200.2, "m5", "555555"), _timeline("m5", "r8", ["unknown"]),
    ]  # fmt: skip


def _changed(find, **change):
    """The sound history with one event changed."""
    events = copy.deepcopy(_sound())
    event = next(event for event in events if all(event.get(key) == value for key, value in find.items()))
    event.update(change)
    return events


# By promise: histories that break it, and no other.
FAULTS = {
    "a number gets one message in its minute": [
        [*_sound(), _send(220.0, "r9"), _message(220.1, "m6", "666666"), _timeline("m6", "r9")],
        # The client of the first message got no answer.
        [*_sound(), _send(258.0, None, None), _message(258.1, "m6", "666666"), _timeline("m6", "r9")],
        [*_sound(), _send(259.5, "r9"), _message(259.6, "m6", "666666"), _timeline("m6", "r9")],
    ],
    "a message is handed over once": [
        [*_sound(), _message(201.0, "m3", "333333", taken=False)],
    ],
    "a code passes once": [
        [*_changed({"message": "m1", "what": "timeline"}, right=["c2", "c4"]), _check(9.2, "c4", "111111", True)],
        # A code that nobody was sent.
        [*_changed({"message": "m2", "what": "timeline"}, right=["c4"]), _check(70.0, "c4", "123456", True)],
        # The client of the second check got no answer.
        _changed({"message": "m1", "what": "timeline"}, right=["c2", "c4"]),
    ],
    "an answered success is on its timeline": [
        [*_sound(), _send(300.0, "r9")],
        [*_sound(), _message(300.0, "m6", "666666")],
        _changed({"message": "m1", "what": "timeline"}, right=[]),
    ],
    "every intent has an outcome": [
        _changed({"message": "m5", "what": "timeline"}, outcomes=[], state="pending"),
        _changed({"message": "m5", "what": "timeline"}, outcomes=[]),
    ],
    "a refused send sends nothing": [
        _changed({"request": "r7", "what": "send"}, status=503),
        _changed({"request": "r7", "what": "send"}, status=429),
        _changed({"request": "r7", "what": "send"}, status=602),
    ],
    "a signature, solution or token is taken once": [
        _changed({"signature": "one", "status": 401}, status=200),
        [*_changed({"request": "r5", "what": "send"}, status=200), _timeline("m7", "r5")],
        [
            *_changed({"request": "c3"}, valid=True, code="222222", token="token of c2"),
            _timeline("m8", "r10", right=["c3"]),
        ],
    ],
}


def prove():
    """Has the checker find every planted fault; the number of them."""
    if found := judge(_sound()):
        raise Missed(f"a sound history breaks promises: {found}")
    for promise, histories in FAULTS.items():
        for number, events in enumerate(histories):
            found = {violation.promise for violation in judge(events)}
            if found != {promise}:
                raise Missed(f"planted fault {number} of \"{promise}\": found {sorted(found) or 'nothing'}")
    return sum(map(len, FAULTS.values()))
