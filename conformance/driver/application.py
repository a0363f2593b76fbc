"""The development application's own server: it calls with its secret, over plain HTTP."""

import base64

APP_ID = "dev-app"
BASIC = "Basic " + base64.b64encode(f"{APP_ID}:dev-app-secret".encode()).decode()


class Application:
    def __init__(self, server):
        self._server = server

    def verify_code(self, channel, number, code):
        """The whole answer."""
        body = {"channel": channel, "phoneNumber": number, "passCode": code}
        return self._server.post("verify-code", body, BASIC)

    def introspect(self, token):
        """The whole answer."""
        return self._server.post("introspect-verification-token", {"token": token}, BASIC)
