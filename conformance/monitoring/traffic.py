"""People who ask for codes and use them, and, once the traffic turns bad, a vendor that fails and callers who flood."""

import itertools
import threading

PAUSE = 0.2
LOGIN = "CHANNEL_LOGIN"
NOBODY = "13700000000"


class Traffic:
    """`with Traffic(deployment) as traffic:` lets people come until the block is left."""

    def __init__(self, deployment):
        self._deployment = deployment
        self._over, self._bad = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._go, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def turn_bad(self):
        """From now on the vendor fails, a range is blocked, callers repeat themselves, and management calls prove nothing."""
        self._deployment.script("faults", {"vendor": "tencent-cloud", "fault": "error_500"})
        self._deployment.block("+861360000")
        self._bad.set()

    def _go(self):
        for n in itertools.count():
            if self._over.wait(PAUSE):
                return
            if n % 40 == 5:
                self._mishap()
            self._person(f"1380{n:07}", n)
            if self._bad.is_set():
                for _ in range(3):
                    self._send(NOBODY)
                self._deployment.call("list-messages", None, {"authorization": "Bearer nothing"})

    def _mishap(self):
        """One message is not taken, and another is taken and not delivered."""
        self._deployment.script("faults", {"vendor": "tencent-cloud", "fault": "system_busy", "times": 1})
        self._send(NOBODY)
        self._deployment.reports("failed")
        self._person("13699999999", 1)
        self._deployment.reports("normal")

    def _person(self, number, n):
        sent = self._send(number)
        if sent["statusCode"] != 200 or self._bad.is_set():
            return
        self._check(number, self._deployment.code_for(number))
        # One in ten is impatient and types a wrong code; few programs have an old secret.
        if n % 10 == 0:
            self._send(number)
            self._check(number, "000000")
        if n % 80 == 10:
            self._deployment.call("list-messages", None, {"authorization": "Bearer old"})

    def _send(self, number):
        return self._deployment.call("send-sms", {"channel": LOGIN, "phoneNumber": number})

    def _check(self, number, code):
        payload = {"phone": number, "passCode": code, "channel": LOGIN}
        self._deployment.call("pre-check-code", {"codeType": "SMS", "smsCodePayload": payload})
