"""The history of a run: everything that clients, the vendor and the API said, with the time of the driver's own clock, which nobody sets.

An event is a dictionary. Its `what` says who spoke:

    send      a client of `send-sms`: asked, answered, door, application, channel, number, status, request, solution
    check     a client of `verify-code`: asked, answered, door, application, channel, number, code, status, valid, request, token
    signed    an operator whose request is signed: asked, answered, door, signature, status
    message   the vendor: at, message, number, channel, code, taken (false: definitely refused)
    timeline  the API, at the end: message, request, application, channel, outcomes, state, right (requests of checks that passed)

`status` is None where a client got no answer: it then knows nothing. A request and its message are named by their ids.
"""

import json
import threading
import time


class History:
    def __init__(self):
        self._events, self._lock = [], threading.Lock()

    def add(self, what, **said):
        with self._lock:
            self._events.append({"what": what, **said})

    def events(self):
        with self._lock:
            return list(self._events)

    def write(self, file):
        """A line of JSON for each event."""
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w") as lines:
            for event in self.events():
                lines.write(json.dumps(event) + "\n")


def now():
    """Seconds on a clock that nobody sets, in this process and for the whole run."""
    return time.monotonic()
