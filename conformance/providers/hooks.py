"""The library of Standard Webhooks as a client of our sandbox, and as the reader of its reports."""

import json
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

from standardwebhooks import Webhook

import accounts
from clients import CODE, PATIENCE_SECONDS, Asking, Refused
from driver.expect import Mismatch
from service import SETTLE_SECONDS
from webhooks import secret, signed

_http = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Webhooks(Asking):
    name, kind = "http, Standard Webhooks", "http"
    judged_by = "PyPI standardwebhooks 1.1.0"
    secret, wrong_secret = accounts.WEBHOOK_SECRET, secret()
    tells = {
        "bad number": "HTTP 422 bad_number",
        "throttled": "HTTP 429 throttled",
        "bad credentials": "HTTP 401 unauthorized",
        "stall": "no answer",
    }

    def client(self, key):
        """There is none: the library signs, and no more."""
        return key

    def send(self, key, number, tampered=False):
        text = json.dumps({"to": number, "text": f"Your code is {CODE}.", "code": CODE})
        headers = {name.replace("_", "-"): value for name, value in signed(key, text).items()}
        headers["content-type"] = "application/json"
        body = text.replace("Your", "My") if tampered else text
        request = urllib.request.Request(f"{self.sandbox.url}/http/send", body.encode(), headers)
        try:
            with _http.open(request, timeout=PATIENCE_SECONDS) as response:
                return json.load(response)["id"]
        except urllib.error.HTTPError as error:
            raise Refused(f"HTTP {error.code}", json.load(error)["error"]) from error
        except OSError as error:
            raise Refused("no answer") from error

    def bad_credentials(self):
        """By another key; and what was tampered with on the way."""
        super().bad_credentials()
        try:
            self.send(self.secret, self.numbers[2], tampered=True)
        except Refused as refused:
            if str(refused) == self.tells["bad credentials"]:
                return
        raise Mismatch("what was tampered with to be refused", "something else")

    def receipt(self):
        number = self.numbers[4]
        with Inbox() as inbox:
            self.sandbox.reports_to(inbox.url)
            message_id = self.send(self.secret, number)
            headers, body = inbox.first()
            # Raises where the signature is wrong.
            report = Webhook(self.secret).verify(body, headers)
        wanted = {"providerMessageId": message_id, "to": number, "status": "delivered"}
        if {name: report.get(name) for name in wanted} != wanted:
            raise Mismatch("a report on the message, that it was delivered", list(report))


class Inbox:
    """Takes one report."""

    def __enter__(self):
        inbox = self
        self._came, self._report = threading.Event(), None

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                inbox._report = dict(self.headers.items()), body
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()
                inbox._came.set()

            def log_message(self, *_):
                """Nothing."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/reports"
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def first(self):
        """Its headers and its body."""
        if not self._came.wait(SETTLE_SECONDS):
            raise Mismatch("a report by the sandbox", f"none within {SETTLE_SECONDS} s")
        return self._report
