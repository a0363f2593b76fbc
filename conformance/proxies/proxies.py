"""The proxies, each with the file of docs/guides/proxies as it is printed, but for names, ports and paths."""

import os
import socket
import ssl
import subprocess
import time
from dataclasses import dataclass
from typing import Callable

from driver.paths import ROOT, log_file

PRINTED = ROOT / "docs/guides/proxies"
START_SECONDS = 15


class NoProxy(Exception):
    """The proxy did not start; the text says why."""


@dataclass(frozen=True)
class Proxy:
    """`settings` are the lines of `[server]` that the service needs for it."""

    name: str
    program: str
    file: str
    settings: tuple
    write: Callable  # the text of the file as the proxy gets it, and what else it needs, for a Place
    command: Callable  # starts it, with a Place


@dataclass(frozen=True)
class Place:
    """Where a proxy runs."""

    authority: object
    upstream: str
    port: int

    @property
    def folder(self):
        return self.authority.folder

    def replaced(self, text, *pairs):
        """The text with every pair replaced, each of which it must have."""
        for old, new in (("127.0.0.1:8480", self.upstream), *pairs):
            if old not in text:
                raise NoProxy(f"the printed file has no {old!r}")
            text = text.replace(old, new)
        return text


def _nginx(text, place):
    site = place.replaced(
        text,
        ("listen 443 ssl", f"listen 127.0.0.1:{place.port} ssl"),
        ("sms.example.com;", "_;"),
        ("/etc/ssl/sms.example.com.pem", str(place.authority.certificate)),
        ("/etc/ssl/private/sms.example.com.key", str(place.authority.key)),
    )
    folder = place.folder
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    kept = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    # Workers of a root's nginx would be of another user, who cannot reach the folder.
    user = "user root;\n" if os.geteuid() == 0 else ""
    return f"{user}pid {folder}/nginx.pid;\ndaemon off;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n{kept}{site}}}\n"


def _caddy(text, place):
    tls = f"tls {place.authority.certificate} {place.authority.key}"
    return place.replaced(
        text,
        ("{\n\tservers", "{\n\tadmin off\n\tauto_https disable_redirects\n\tservers"),
        ("sms.example.com {", f"https://127.0.0.1:{place.port} {{\n\t{tls}"),
    )


def _haproxy(text, place):
    return place.replaced(
        text,
        ("bind :443", f"bind 127.0.0.1:{place.port}"),
        ("/etc/haproxy/sms.example.com.pem", str(place.folder / "haproxy.pem")),
    )


TRUSTED = 'trusted_proxies = ["127.0.0.1"]'
PROXIES = {
    proxy.name: proxy
    for proxy in (
        Proxy(
            "nginx", "nginx", "nginx.conf", (TRUSTED,), _nginx,
            lambda place, file: ["nginx", "-e", "stderr", "-p", str(place.folder), "-c", str(file)],
        ),
        Proxy(
            "caddy", "caddy", "Caddyfile", (TRUSTED,), _caddy,
            lambda place, file: ["caddy", "run", "--adapter", "caddyfile", "--config", str(file)],
        ),
        Proxy(
            "haproxy", "haproxy", "haproxy.cfg", (TRUSTED, "proxy_protocol = true"), _haproxy,
            lambda place, file: ["haproxy", "-db", "-f", str(file)],
        ),
    )
}  # fmt: skip


class Running:
    """`with Running(proxy, service, authority) as url:` starts a proxy before the service."""

    def __init__(self, proxy, service, authority):
        self._proxy, self._tls = proxy, service.tls
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._place = Place(authority, service.upstream, free.getsockname()[1])

    def __enter__(self):
        file = self._place.folder / self._proxy.file
        file.write_text(self._proxy.write((PRINTED / self._proxy.file).read_text(), self._place))
        log = log_file(f"proxies-{self._proxy.name}-proxy")
        home = {"HOME": str(self._place.folder), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
        with log.open("wb") as out:
            command = self._proxy.command(self._place, file)
            self._child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=home)
        try:
            self._wait(log)
        except NoProxy:
            self.__exit__()
            raise
        return f"https://127.0.0.1:{self._place.port}"

    def __exit__(self, *_):
        self._child.terminate()
        self._child.wait(10)

    def _wait(self, log):
        """Waits until a request through the proxy is answered."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._child.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self._place.port), 1) as plain:
                    with self._tls.wrap_socket(plain, server_hostname="127.0.0.1") as tls:
                        tls.sendall(b"GET /api/v3/system HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n")
                        if tls.recv(12) == b"HTTP/1.1 200":
                            return
            except (OSError, ssl.SSLError):
                pass
            time.sleep(0.05)
        raise NoProxy(f"{self._proxy.name} answered nothing:\n{log.read_text(errors='replace')[-2000:]}")
