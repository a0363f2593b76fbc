"""What a case comes to."""

from dataclasses import dataclass

from .client import NoAnswer, Unsupported
from .expect import Mismatch

STOPS = "the server ends with exit code 0 on SIGTERM"


@dataclass(frozen=True)
class Verdict:
    word: str  # ok, FAIL or n/a
    lines: tuple = ()  # why it is not ok


OK = Verdict("ok")


def stops(server):
    code = server.stop()
    if code != 0:
        raise Mismatch("exit code 0", "it did not end" if code is None else f"exit code {code}")


def judge(case, subject):
    try:
        case(subject)
    except Unsupported as reason:
        return Verdict("n/a", (str(reason),))
    except Mismatch as error:
        return Verdict("FAIL", (f"expected: {error.expected}", f"got:      {error.got}"))
    except NoAnswer as error:
        return Verdict("FAIL", ("expected: an answer from the SDK", f"got:      {error}"))
    except Exception as error:  # an outbox out of reach or out of shape is the server's failure
        return Verdict("FAIL", (f"got:      {type(error).__name__}: {error}",))
    return OK
