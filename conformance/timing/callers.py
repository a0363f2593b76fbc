"""Strangers who send pairs of requests in turns, and time the answers."""

import http.client
import itertools
import json
import time
import urllib.parse

CHANNEL = "CHANNEL_LOGIN"
RESET = "CHANNEL_RESET_PASSWORD"
# The wrong guesses about one number that the public has in an hour are ten, and those that a code survives five.
GUESSES = 4


class Callers:
    """One connection to a server, kept open."""

    def __init__(self, server):
        self._server = server
        self._connection = http.client.HTTPConnection(urllib.parse.urlsplit(server.url).netloc)
        self._numbers = (f"138{n:08}" for n in itertools.count())

    def sends(self, pairs):
        """The times of sends to numbers that got and used a code before, and to numbers never seen."""
        known = [self._verified(number) for number in itertools.islice(self._numbers, pairs)]
        unknown = itertools.islice(self._numbers, pairs)
        return self._in_turns((self._send(one, RESET), self._send(other, RESET)) for one, other in zip(known, unknown))

    def applications(self, pairs):
        """The times of sends as a disabled application, and as one that does not exist."""
        self._server.manage("create-application", {"appId": "shop", "appName": "Shop"})
        self._server.manage("disable-application", {"appId": "shop"})
        numbers = itertools.islice(self._numbers, pairs)
        return self._in_turns((self._send(number, CHANNEL, "shop"), self._send(number, CHANNEL, "none")) for number in numbers)

    def guesses(self, pairs):
        """The times of wrong guesses that begin as the code does, and of those that differ in every digit."""
        return self._in_turns(
            (self._guess(number, near), self._guess(number, far)) for number, near, far in self._wrong(pairs)
        )

    def _wrong(self, pairs):
        """Numbers with a code, and two wrong guesses at it."""
        for turn in range(pairs):
            if turn % (GUESSES // 2) == 0:
                number = next(self._numbers)
                code = self._code(number)
            other = "".join(str((int(digit) + 1 + turn % 8) % 10) for digit in code)
            yield number, code[:5] + other[5], other

    def _in_turns(self, pairs):
        """The times of either side in milliseconds. Half of the pairs go the other way round, of the first guesses at a code too."""
        times = [], []
        for turn, pair in enumerate(pairs):
            for side in (1, 0) if (turn ^ turn >> 1) & 1 else (0, 1):
                times[side].append(self._timed(*pair[side]))
        return times

    def _timed(self, path, headers, body):
        began = time.perf_counter_ns()
        self._ask(path, headers, body)
        return (time.perf_counter_ns() - began) / 1e6

    def _ask(self, path, headers, body):
        self._connection.request("POST", f"/api/v3/{path}", body, {"content-type": "application/json", **headers})
        return json.loads(self._connection.getresponse().read())

    def _send(self, number, channel, app="dev-app"):
        body = json.dumps({"channel": channel, "phoneNumber": number})
        return "send-sms", {"x-authing-app-id": app}, body

    def _guess(self, number, code):
        payload = {"phone": number, "passCode": code, "channel": CHANNEL}
        return "pre-check-code", {"x-authing-app-id": "dev-app"}, json.dumps({"codeType": "SMS", "smsCodePayload": payload})

    def _code(self, number):
        """Sends a code to a number, and reads it from the phone."""
        answer = self._ask(*self._send(number, CHANNEL))
        if answer["statusCode"] != 200:
            raise SystemExit(f"{number}: {answer}")
        return self._server.outbox(f"+86{number}")[0]["passCode"]

    def _verified(self, number):
        code = self._code(number)
        body = {"channel": CHANNEL, "phoneNumber": number, "passCode": code, "withToken": False}
        body |= {"client_id": "dev-app", "client_secret": self._server.app_secret}
        if not self._ask("verify-code", {}, json.dumps(body))["data"]["isValid"]:
            raise SystemExit(f"{number}: its code does not pass")
        return number
