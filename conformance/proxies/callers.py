"""Callers at a door, whichever proxy stands there: raw requests over TLS, from an address of their own."""

import json
import socket
import ssl
import warnings

from driver.expect import Mismatch, answered

HOST = "127.0.0.1"
# A caller beside the proxy, whose address is no proxy's.
CALLER = "127.0.0.2"
FORGED = "203.0.113.77"
SECONDS = 20


class Caller:
    """A connection through the door, from CALLER."""

    def __init__(self, service):
        port = int(service.url.rsplit(":", 1)[1])
        plain = socket.create_connection((HOST, port), SECONDS, source_address=(CALLER, 0))
        self._socket = service.tls.wrap_socket(plain, server_hostname=HOST)
        self._answers = self._socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._answers.close()
        self._socket.close()

    def send(self, data):
        self._socket.sendall(data)

    def answer(self):
        """The status, the headers and the body of the next answer."""
        status = self._answers.readline().split()
        if len(status) < 2:
            raise Mismatch("an answer", "the end of the connection")
        headers = {}
        while line := self._answers.readline().strip().decode():
            name, value = line.split(":", 1)
            headers[name.lower()] = value.strip()
        if headers.get("transfer-encoding") == "chunked":
            body = b"".join(iter(self._chunk, b""))
        else:
            body = self._answers.read(int(headers.get("content-length", 0)))
        return int(status[1]), headers, body

    def _chunk(self):
        chunk = self._answers.read(int(self._answers.readline(), 16))
        self._answers.readline()
        return chunk


def _request(body, *lines, method="POST", path="/api/v3/send-sms"):
    head = [
        f"{method} {path} HTTP/1.1", f"host: {HOST}", "x-authing-app-id: dev-app", "x-authing-lang: en-US",
        "content-type: application/json", f"content-length: {len(body)}", *lines,
    ]  # fmt: skip
    return "\r\n".join(head).encode() + b"\r\n\r\n", body


def _sms(number):
    return json.dumps({"channel": "CHANNEL_LOGIN", "phoneNumber": number}).encode()


# shows: B6, B7
def real_address(service):
    """Refused sends are on record under the address of the caller, whatever its headers say."""
    forged = (f"x-forwarded-for: {FORGED}", f"forwarded: for={FORGED}", f"x-real-ip: {FORGED}")
    with Caller(service) as caller:
        for status in (200, 429):
            caller.send(b"".join(_request(_sms("18800007001"), *forged)))
            answered(json.loads(caller.answer()[2]), status, about="with forged headers")
    addresses = service.refused_addresses()
    if addresses[0] != CALLER:
        raise Mismatch(f"the newest refusal of {CALLER}", addresses[:3])


def kept_connection(service):
    """A connection serves one request after the other."""
    with Caller(service) as caller:
        for number in range(5):
            caller.send(b"".join(_request(_sms(f"1880000710{number}"))))
            status, headers, body = caller.answer()
            answered(json.loads(body), 200, about=f"request {number}")
            if headers.get("connection") == "close":
                raise Mismatch("a connection that is kept", headers)


def slow_body(service):
    """A body that comes in pieces is read."""
    head, body = _request(_sms("18800007201"))
    with Caller(service) as caller:
        caller.send(head)
        for place in range(0, len(body), 8):
            caller.send(body[place : place + 8])
        answered(json.loads(caller.answer()[2]), 200)


# shows: H5
def refusals_pass(service):
    """The refusals of the service come through as they are."""
    bounds = (
        ("a body of more than 16 KiB", _request(b'{"x":"' + b"x" * 17_000 + b'"}'), 413),
        ("a compressed body", _request(b"\x1f\x8b", "content-encoding: gzip"), 415),
        ("a deep body", _request(b'{"a":' * 17 + b"1" + b"}" * 17), 400),
        ("what is not served", _request(b"{}", path="/api/v3/signin"), 501),
        ("no proof", _request(b"{}", path="/api/v3/create-application"), 401),
    )
    for about, parts, status in bounds:
        with Caller(service) as caller:
            caller.send(b"".join(parts))
            answered(json.loads(caller.answer()[2]), status, about=about)


# shows: G4
def headers_pass(service):
    """Every answer keeps browsers from plain HTTP, from framing it and from guessing its type."""
    for path in ("/api/v3/system", "/none", "/oidc/.well-known/jwks.json"):
        with Caller(service) as caller:
            caller.send(b"".join(_request(b"", method="GET", path=path)))
            _, headers, _ = caller.answer()
        wanted = {
            "strict-transport-security": "max-age=31536000",
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "cross-origin-opener-policy": "same-origin",
        }
        found = {name: headers.get(name) for name in wanted}
        if found != wanted or "frame-ancestors 'none'" not in headers.get("content-security-policy", ""):
            raise Mismatch(f"{path} with {wanted}", headers)


def old_tls_is_refused(service):
    """A caller that speaks TLS 1.1 at most gets no connection, and one of 1.2 or 1.3 does."""
    port = int(service.url.rsplit(":", 1)[1])
    for version in (ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = ssl.create_default_context(cafile=service.root)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = context.maximum_version = version
        context.set_ciphers("DEFAULT@SECLEVEL=0")  # the client itself would not speak 1.1
        try:
            with socket.create_connection((HOST, port), SECONDS) as plain:
                with context.wrap_socket(plain, server_hostname=HOST) as tls:
                    spoken = tls.version()
        except (ssl.SSLError, ConnectionResetError):
            spoken = None
        wanted = None if version == ssl.TLSVersion.TLSv1_1 else version.name.replace("_", ".")
        if spoken != wanted:
            raise Mismatch(f"{wanted} for a caller of {version.name}", spoken)


CASES = (
    ("a caller is known by its own address, whatever it forges", real_address),
    ("a connection is kept for the next request", kept_connection),
    ("a body in pieces is read", slow_body),
    ("refusals of the service come through", refusals_pass),
    ("TLS before 1.2 is refused", old_tls_is_refused),
    ("the headers that protect browsers come through", headers_pass),
)
