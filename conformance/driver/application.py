"""The development application: over plain HTTP, without any SDK."""

import base64

from . import expect

APP_ID, APP_SECRET = "dev-app", "dev-app-secret"


class Application:
    def __init__(self, server):
        self._server = server
        proof = base64.b64encode(f"{APP_ID}:{server.app_secret}".encode()).decode()
        self._basic = f"Basic {proof}"

    def code(self, channel, number):
        """Sends a code to a number of +86; the code."""
        body = {"channel": channel, "phoneNumber": number}
        answer = self._server.post("send-sms", body, {"x-authing-app-id": APP_ID})
        expect.answered(answer, 200)
        sent = self._server.outbox(f"+86{number}")
        return expect.passcode([message for message in sent if message["channel"] == channel])

    def verify_code(self, channel, number, code):
        """The whole answer."""
        body = {"channel": channel, "phoneNumber": number, "passCode": code}
        return self._server.post("verify-code", body, {"authorization": self._basic})

    def token(self, channel, number):
        """A verification token, of a code that is sent for it."""
        code = self.code(channel, number)
        return expect.verified(self.verify_code(channel, number, code))

    def introspect(self, token):
        """The data of the answer."""
        path = "introspect-verification-token"
        answer = self._server.post(path, {"token": token}, {"authorization": self._basic})
        expect.answered(answer, 200)
        return answer["data"]
