"""The vendor of the service, and the phones that its messages arrive on."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# The settings of an account of kind `http` whose messages arrive here.
BODY = {"to": "{to}", "channel": "{channel}", "text": "{text}", "passCode": "{code}"}


class Phone:
    """`with Phone() as phone:` takes messages until the block ends."""

    def __enter__(self):
        self._messages, self._lock = [], threading.Lock()
        phone = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                message = json.loads(self.rfile.read(int(self.headers["content-length"])))
                with phone._lock:
                    phone._messages.insert(0, message)
                self.send_response(200)
                self.send_header("content-length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def outbox(self, number):
        """The messages to a number in E.164, newest first."""
        with self._lock:
            return [message for message in self._messages if message["to"] == number]
