"""Stands between an SDK and the server, and keeps what went over the wire."""

import http.client
import threading
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

ANSWER_SECONDS = 10
OF_THE_CONNECTION = ("connection", "host", "content-length", "accept-encoding")


@dataclass(frozen=True)
class Recorded:
    """One request as an SDK sent it."""

    method: str
    target: str
    headers: tuple  # pairs
    body: bytes

    @property
    def authorization(self):
        """What it shows: the scheme, or "raw"; None if nothing."""
        shown = dict((name.lower(), value) for name, value in self.headers).get("authorization")
        return shown and (shown.split(" ")[0] if " " in shown else "raw")

    def with_header(self, name, value):
        others = tuple(pair for pair in self.headers if pair[0].lower() != name)
        return replace(self, headers=(*others, (name, value)))

    def with_body(self, before, after):
        body = self.body.replace(before.encode(), after.encode())
        assert body != self.body, f"{before} is in the body"
        return replace(self, body=body)

    def with_target(self, before, after):
        assert before in self.target, f"{before} is in {self.target}"
        return replace(self, target=self.target.replace(before, after))


class Recorder:
    """`with Recorder(url) as recorder:` listens at `recorder.url`."""

    def __init__(self, url):
        self._address = urlsplit(url).netloc
        self.requests = []
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                length = int(self.headers.get("content-length") or 0)
                request = Recorded(self.command, self.path, tuple(self.headers.items()), self.rfile.read(length))
                recorder.requests.append(request)
                status, body = recorder.send(request)
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def log_message(self, *_):
                pass

        self._listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._listener.server_port}"

    def __enter__(self):
        threading.Thread(target=self._listener.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.shutdown()
        self._listener.server_close()

    def send(self, request):
        """HTTP status and body of the server's answer to a recorded request, or to one made from it."""
        connection = http.client.HTTPConnection(self._address, timeout=ANSWER_SECONDS)
        try:
            connection.putrequest(request.method, request.target, skip_accept_encoding=True)
            for name, value in request.headers:
                if name.lower() not in OF_THE_CONNECTION:
                    connection.putheader(name, value)
            connection.putheader("content-length", str(len(request.body)))
            connection.endheaders(request.body)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()
