"""Clients over HTTP, which write down what they asked and what they heard."""

import base64
import hashlib
import hmac
import http.client
import itertools
import json
import time
import uuid
from email.utils import formatdate

from history import now

PATIENCE_SECONDS = 6
ACCESS_KEY, ACCESS_KEY_SECRET = "dev-access-key", "dev-access-key-secret"
LIST = "/api/v3/list-applications"


class Connection:
    """A connection to one port, which is kept open. A question without an answer is None."""

    def __init__(self, port):
        self._port, self._connection = port, None

    def ask(self, method, path, body, headers):
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self._port, PATIENCE_SECONDS)
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
            told = answer.read()
            if answer.will_close:
                self.close()
            return json.loads(told)
        except (OSError, http.client.HTTPException, ValueError):
            self.close()
            return None

    def post(self, path, body, headers):
        return self.ask("POST", f"/api/v3/{path}", json.dumps(body), {"content-type": "application/json", **headers})

    def get(self, path, headers):
        return self.ask("GET", f"/api/v3/{path}", None, headers)

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Client:
    """A caller at one door: the balancer's, or that of a node."""

    def __init__(self, door, port, history, secrets):
        self._door, self._history, self._secrets = door, history, secrets
        self._connection = Connection(port)

    def send(self, scope, solution=None):
        """The whole answer, or None."""
        application, channel, number = scope
        body = {"channel": channel, "phoneNumber": number}
        if solution:
            body["challengeSolution"] = solution
        asked = now()
        answer = self._connection.post("send-sms", body, {"x-authing-app-id": application})
        self._tell("send", asked, scope, answer, solution=solution)
        return answer

    def check(self, scope, code):
        application, channel, number = scope
        proof = base64.b64encode(f"{application}:{self._secrets[application]}".encode()).decode()
        body = {"channel": channel, "phoneNumber": number, "passCode": code}
        asked = now()
        answer = self._connection.post("verify-code", body, {"authorization": f"Basic {proof}"})
        data = (answer or {}).get("data") or {}
        self._tell("check", asked, scope, answer, code=code, valid=data.get("isValid"), token=data.get("verificationToken"))
        return answer

    def show(self, signed):
        """Sends a signed request."""
        asked = now()
        answer = self._connection.ask("GET", LIST, None, signed)
        status = answer and answer["statusCode"]
        self._history.add("signed", asked=asked, answered=now(), door=self._door, signature=signed["authorization"], status=status)

    def _tell(self, what, asked, scope, answer, **more):
        application, channel, number = scope
        said = answer or {"statusCode": None}
        self._history.add(
            what, asked=asked, answered=now(), door=self._door, application=application, channel=channel, number=number,
            status=said["statusCode"], request=said.get("requestId"), **more,
        )  # fmt: skip


def signed_request():
    """The headers of a request that the access key of development signs; no two are the same."""
    headers = {
        "date": formatdate(time.time(), usegmt=True),
        "x-authing-signature-nonce": uuid.uuid4().hex,
        "x-authing-signature-method": "HMAC-SHA1",
        "x-authing-signature-version": "1.0",
    }
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    mac = hmac.new(ACCESS_KEY_SECRET.encode(), f"GET\n{lines}{LIST}".encode(), hashlib.sha1).digest()
    return {**headers, "authorization": f"authing {ACCESS_KEY}:{base64.b64encode(mac).decode()}"}


def solved(challenge):
    """The solution of a challenge, as a browser finds it (docs/guides/challenges.md)."""
    parameters = challenge["parameters"]
    nonce, salt = bytes.fromhex(parameters["nonce"]), bytes.fromhex(parameters["salt"])
    for counter in itertools.count():
        password = nonce + counter.to_bytes(4, "big")
        key = hashlib.pbkdf2_hmac("sha256", password, salt, parameters["cost"], parameters["keyLength"]).hex()
        if key.startswith(parameters["keyPrefix"]):
            payload = {"challenge": challenge, "solution": {"counter": counter, "derivedKey": key}}
            return base64.b64encode(json.dumps(payload).encode()).decode()
