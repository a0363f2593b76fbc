"""A service in production with the sandbox as its vendor, and nginx in front of it."""

import json
import re
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from driver.lines import LineProcess
from driver.paths import log_file

START_SECONDS = 30

# The service believes only nginx, which connects from an address of its own: the slow callers come from another.
PROXY = "127.0.0.3"

NGINX = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
worker_processes 1;
worker_rlimit_nofile 16384;
events {{ worker_connections 8192; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    client_header_timeout 5s;
    client_body_timeout 10s;
    send_timeout 10s;
    client_max_body_size 16k;
    upstream countersign {{ server {service}; keepalive 32; }}
    server {{
        listen 127.0.0.1:{port} backlog=8192;
        location / {{
            proxy_pass http://countersign;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_bind {proxy};
        }}
    }}
}}
"""

VENDOR = """
name = "tencent"
kind = "tencent-cloud"
[settings]
secret_id = "sandbox-secret-id"
sdk_app_id = "1400000000"
endpoint = "{sandbox}"
[secrets]
secret_key = "sandbox-secret-key-0001"
"""


@dataclass(frozen=True)
class Front:
    """What callers connect to."""

    name: str
    host: str
    port: int

    @property
    def url(self):
        return f"http://{self.host}:{self.port}"


class Deployment:
    """`with Deployment(binary) as deployment:` starts everything; leaving the block ends it."""

    application = "shop"

    def __init__(self, binary):
        self._binary = binary
        self._started = []

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="countersign-slow-")
        folder = Path(self._folder.name)
        self._settings = folder / "deployment" / "countersign.toml"
        self._cli("init", self._settings.parent, "--url", "https://sms.example.com")
        sandbox = self._start("sandbox", "--quiet", "--listen", "127.0.0.1:0")
        text = self._settings.read_text()
        text = re.sub(r"(?m)^\[server\]$", f'[server]\ntrusted_proxies = ["{PROXY}/32"]', text)
        self._settings.write_text(text + '\n[providers]\nreach = "loopback"\n')
        self._service = self._start("serve", "--config", self._settings, "--listen", "127.0.0.1:0")
        self._set_up(sandbox)
        self._proxy = self._nginx(folder)
        return self

    def __exit__(self, *_):
        for process in reversed(self._started):
            process.terminate()
        for process in self._started:
            process.wait()
        self._folder.cleanup()

    def fronts(self):
        yield Front("nothing", *self._service)
        yield Front("nginx", "127.0.0.1", self._proxy)

    def memory_mb(self):
        """The resident memory of the service."""
        status = Path(f"/proc/{self._pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1000

    def _cli(self, *arguments, stdin=None):
        command = [str(self._binary), *map(str, arguments)]
        return subprocess.run(command, input=stdin, check=True, capture_output=True, encoding="utf-8").stdout

    def _set_up(self, sandbox):
        where = ("--config", self._settings)
        address = "http://{}:{}".format(*sandbox)
        self._cli("provider", "add", *where, "--file", "-", stdin=VENDOR.format(sandbox=address))
        variables = ("--variable", "{code}", "--variable", "{minutes}")
        self._cli("template", "set", *where, "--provider", "tencent", "--id", "449740", "--signature", "腾讯云", *variables)
        self._cli("route", "set", *where, "--country", "CN", "tencent")
        self._cli("app", "create", *where, "--id", self.application, "--name", "Shop")
        # More people than limits let one address send for.
        for limit in json.loads(self._cli("limit", "list", *where, "--json")):
            if limit["source"] == "default":
                self._cli("limit", "set", limit["name"], *where, "--mode", "monitor")

    def _start(self, verb, *arguments):
        """Starts a verb that listens; returns host and port."""
        process = LineProcess([str(self._binary), verb, *map(str, arguments)], log_file(f"slow-{verb}"), stdin=subprocess.DEVNULL)
        self._started.append(process.child)
        self._pid = process.child.pid
        while True:
            found = re.search(r"listening on http://([\d.]+):(\d+)", process.next_line(START_SECONDS))
            if found:
                return found[1], int(found[2])

    def _nginx(self, folder):
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        settings = folder / "nginx.conf"
        service = "{}:{}".format(*self._service)
        settings.write_text(NGINX.format(folder=folder, service=service, port=port, proxy=PROXY))
        self._started.append(subprocess.Popen([program, "-c", settings, "-p", folder, "-e", folder / "error.log"]))
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return port
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
