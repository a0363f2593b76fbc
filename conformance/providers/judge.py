"""A vendor that is played here: it answers what a desk decides, by the bytes that it received."""

import json
import threading
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from driver.expect import Mismatch

_http = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass
class Request:
    method: str
    path: str
    query: str
    headers: dict  # by names in lower case
    body: bytes

    def pairs(self, text):
        """A query or a form, as {name: value}."""
        strict = {"keep_blank_values": True, "strict_parsing": True, "encoding": "utf-8", "errors": "strict"}
        pairs = urllib.parse.parse_qsl(text, **strict)
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("a parameter is given twice")
        return found


@dataclass
class Answer:
    body: dict
    status: int = 200
    headers: dict = field(default_factory=dict)


class Refused(Exception):
    """The desk takes no message of this request; says so in the vendor's shape."""

    def __init__(self, answer):
        super().__init__()
        self.answer = answer


class Judge:
    """`with Judge(desk) as judge:` listens; leaving the block ends every stall.

    A desk knows one vendor:
    - `settings(url)` gives its `Vendor`;
    - `examine(request)` raises `Refused` where the vendor's SDK finds the signature wrong;
    - `read(request)` gives a `Letter`;
    - `taken(letter)` and `fault(name)` give the `Answer`;
    - `report(letter)` gives the `Report` on it.
    """

    def __init__(self, desk):
        self.desk, self.judged_by = desk, desk.judged_by
        self._lock = threading.Lock()
        self._script, self._calls, self._letters = {}, {}, {}
        self._over = threading.Event()
        self._complaint = None

    def __enter__(self):
        judge = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one(self):
                judge._serve(self)

            do_GET = do_POST = do_PUT = do_PATCH = handle_one

            def log_message(self, *_):
                """Nothing: there are codes in what it would say."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.vendor = self.desk.settings(f"http://127.0.0.1:{self._server.server_port}")
        return self

    def __exit__(self, *_):
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    def _serve(self, connection):
        path, _, query = connection.path.partition("?")
        headers = {name.lower(): value for name, value in connection.headers.items()}
        body = connection.rfile.read(int(headers.get("content-length", 0)))
        answer = self._decide(Request(connection.command, path, query, headers, body))
        if answer is None:
            self._over.wait()
            connection.close_connection = True
            return
        said = json.dumps(answer.body, ensure_ascii=False).encode()
        connection.send_response(answer.status)
        for name, value in {"content-type": "application/json;charset=utf-8", **answer.headers}.items():
            connection.send_header(name, value)
        connection.send_header("content-length", str(len(said)))
        connection.end_headers()
        connection.wfile.write(said)

    def _decide(self, request):
        """The answer, or None for none at all."""
        try:
            letter = self.desk.read(request)
            with self._lock:
                self._calls[letter.to] = self._calls.get(letter.to, 0) + 1
            self.desk.examine(request)
        except Refused as refused:
            return refused.answer
        except Exception as error:  # what is no request of the vendor's at all
            self._complaint = f"{type(error).__name__}: a request that cannot be read"
            return Answer({}, 500)
        with self._lock:
            fault = self._script.pop(letter.to, None)
        if fault == "stall":
            return None
        if fault:
            return self.desk.fault(fault)
        with self._lock:
            self._letters[letter.to] = letter
        return self.desk.taken(letter)

    def faces(self, tenant):
        """It keeps no address: reports are made when they are asked for."""

    def script(self, fault, number):
        with self._lock:
            self._script[number] = fault

    def letter(self, number):
        with self._lock:
            return self._letters.get(number)

    def calls(self, number):
        if self._complaint:
            raise Mismatch("a request that can be read", self._complaint)
        with self._lock:
            return self._calls.get(number, 0)

    def report(self, letter, tenant):
        report = self.desk.report(letter)
        url = tenant.receipts_url + (f"?{urllib.parse.urlencode(report.query)}" if report.query else "")
        request = urllib.request.Request(url, data=report.body, headers=report.headers)
        with _http.open(request, timeout=10) as response:
            got = (response.status, response.read().decode())
        if got[0] != 200 or not report.is_heard(got[1]):
            raise Mismatch(f"the answer to the report: {report.wanted}", got)


@dataclass
class Report:
    """A delivery report: a `GET` with a query, or a `POST` with a body."""

    wanted: object  # the answer that the vendor asks for: JSON, or a text as it is
    query: dict = None
    body: bytes = None
    headers: dict = field(default_factory=dict)

    def is_heard(self, text):
        if isinstance(self.wanted, str):
            return text == self.wanted
        try:
            return json.loads(text) == self.wanted
        except ValueError:
            return False

    @classmethod
    def of_json(cls, value, wanted, **headers):
        body = json.dumps(value, ensure_ascii=False).encode()
        headers = {name.replace("_", "-"): text for name, text in headers.items()}
        return cls(wanted, body=body, headers={"content-type": "application/json;charset=utf-8", **headers})
