"""The callers that must not notice: they send codes, from an address of their own."""

import http.client
import json
import threading
import time

# Ten requests a second, each of which counts as not served after so long: how fast the machine is, is not judged.
BETWEEN_SECONDS = 0.1
PATIENCE_SECONDS = 30

# The slow callers come from 127.0.0.1.
ADDRESS = ("127.0.0.2", 0)


class Others:
    """`with Others(front, application) as others:` asks for as long as the block runs."""

    # Each request needs a number that no other has asked for within the minute.
    _next_number = 13800000000

    def __init__(self, front, application):
        self._front, self._application = front, application
        self._over = threading.Event()
        self._threads = []
        self._times, self.failures = [], []
        self.asked = 0

    def __enter__(self):
        self._beat = threading.Thread(target=self._ask_on)
        self._beat.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._beat.join()
        for thread in self._threads:
            thread.join()

    @property
    def served(self):
        return len(self._times)

    def quantile(self, part):
        """The time in milliseconds that this part of the served requests did not exceed."""
        times = sorted(self._times)
        return 1000 * times[min(int(part * len(times)), len(times) - 1)] if times else float("nan")

    def _ask_on(self):
        """Begins a request every tenth of a second, however long those before take."""
        while not self._over.wait(BETWEEN_SECONDS):
            Others._next_number += 1
            self.asked += 1
            thread = threading.Thread(target=self._ask, args=(str(Others._next_number),))
            self._threads.append(thread)
            thread.start()

    def _ask(self, number):
        began = time.monotonic()
        try:
            answer = self._send(number)
            if answer.get("statusCode") != 200:
                raise ValueError(f"answered {answer.get('statusCode')}: {answer.get('message')}")
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.failures.append(f"{type(error).__name__}: {error}")
        else:
            self._times.append(time.monotonic() - began)

    def _send(self, number):
        front = self._front
        connection = http.client.HTTPConnection(front.host, front.port, PATIENCE_SECONDS, source_address=ADDRESS)
        try:
            body = json.dumps({"channel": "CHANNEL_LOGIN", "phoneNumber": number})
            headers = {"content-type": "application/json", "x-authing-app-id": self._application}
            connection.request("POST", "/api/v3/send-sms", body, headers)
            return json.load(connection.getresponse())
        finally:
            connection.close()
