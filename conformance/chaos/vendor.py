"""The SMS vendor: it takes messages as vendors do, and writes down each of them."""

import json
import random
import threading
import time
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from history import now

# How it treats a message, and how many of a hundred it treats so. A silent vendor is given up after eight seconds.
MANNERS = {"at once": 90, "slow": 5, "refuses": 3, "breaks off": 1, "silent": 1}
SILENCE_SECONDS = 10


# The numbers of the driver's probes, which measure the service and not the vendor: they are always served at once.
PROBES = "+86139"

# By the name in the text of a message: the application that sent it.
APPLICATIONS = {"Countersign": "dev-app", "Shop": "shop", "Careful": "careful"}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_):
        """A node that dies resets its connections."""


class Vendor:
    """`with Vendor(history, seed) as vendor:` takes messages at `vendor.url`."""

    def __init__(self, history, seed):
        self._history, self._random = history, random.Random(seed)
        self._codes, self._lock = defaultdict(list), threading.Lock()

    def __enter__(self):
        vendor = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                vendor._take(self, json.loads(self.rfile.read(int(self.headers["content-length"]))))

            def log_message(self, *_):
                pass

        self._server = _Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/sms"
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def codes(self, application, channel, number):
        """The codes that this number got from the application for this channel, oldest first."""
        with self._lock:
            return list(self._codes[application, channel, number])

    def _take(self, request, sms):
        at = now()
        with self._lock:
            is_probe = sms["to"].startswith(PROBES)
            manner = "at once" if is_probe else self._random.choices(list(MANNERS), MANNERS.values())[0]
            wait = self._random.uniform(0.1, 2.0)
            if manner != "refuses":
                application = next(app for name, app in APPLICATIONS.items() if name in sms["text"])
                self._codes[application, sms["channel"], sms["to"]].append(sms["passCode"])
        self._history.add(
            "message", at=at, message=sms["messageId"], number=sms["to"], channel=sms["channel"], code=sms["passCode"],
            taken=manner != "refuses",
        )  # fmt: skip
        try:
            self._answer(request, manner, wait)
        except OSError:
            request.close_connection = True

    def _answer(self, request, manner, wait):
        if manner == "slow":
            time.sleep(wait)
        elif manner == "silent":
            time.sleep(SILENCE_SECONDS)
        if manner == "breaks off":
            request.close_connection = True
            return
        request.send_response(400 if manner == "refuses" else 200)
        request.send_header("content-length", "2")
        request.end_headers()
        request.wfile.write(b"{}")
