"""A service in production from nothing, with an installed program: made, served, set up, asked, stopped."""

import base64
import json
import os
import subprocess
import urllib.parse
import urllib.request

from driver.expect import Mismatch
from driver.lines import LineProcess
from driver.paths import log_file

SECONDS = 60
NUMBER = "18800008888"
PROVIDER = """
name = "tencent"
kind = "tencent-cloud"
[settings]
secret_id = "sandbox-secret-id"
sdk_app_id = "1400000000"
endpoint = "{sandbox}"
[secrets]
secret_key = "sandbox-secret-key-0001"
"""
TEMPLATE = ("--id", "449740", "--signature", "腾讯云", "--variable", "{code}", "--variable", "{minutes}")

_http = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Tour:
    """Where the program is, and where it keeps what.

    `command(*words)` gives the whole command for one whose words begin with the name of a program, and `wrap` are words that
    go before `countersign serve`, such as those of a tracer.
    """

    def __init__(self, command, settings, data, wrap=()):
        self._command, self._settings, self._data, self._wrap = command, settings, data, wrap
        self._config = ("--config", f"{settings}/countersign.toml")

    def go(self):
        """Goes from an empty folder to a code that is right, and to a clean end."""
        self._cli("init", self._settings, "--url", "https://sms.example.com", "--data", self._data)
        with self._listening("sandbox", "sandbox", "--quiet") as sandbox:
            with self._listening("serve", "serve", *self._config, wrap=self._wrap) as service:
                self._set_up(sandbox)
                secret = self._cli("app", "create", "--id", "shop", "--name", "Shop", *self._config, "--json")
                self._send_and_check(service, sandbox, json.loads(secret)["appSecret"])

    def serve_again(self):
        """Starts the service on what the tour left, and stops it."""
        with self._listening("serve", "serve", *self._config):
            return self._cli("app", "list", *self._config, "--json")

    def _set_up(self, sandbox):
        self._cli("provider", "add", *self._config, "--file", "-", stdin=PROVIDER.format(sandbox=sandbox))
        self._cli("template", "set", *self._config, "--provider", "tencent", *TEMPLATE)
        self._cli("route", "set", *self._config, "--country", "CN", "tencent")

    def _send_and_check(self, service, sandbox, secret):
        body = {"channel": "CHANNEL_LOGIN", "phoneNumber": NUMBER}
        sent = asked(f"{service}/api/v3/send-sms", body, {"x-authing-app-id": "shop"})
        if sent["statusCode"] != 200:
            raise Mismatch("a send that is accepted", sent)
        query = urllib.parse.urlencode({"vendor": "tencent-cloud", "to": f"+86{NUMBER}"})
        [message] = asked(f"{sandbox}/sandbox/messages?{query}")
        basic = base64.b64encode(f"shop:{secret}".encode()).decode()
        body["passCode"] = message["code"]
        checked = asked(f"{service}/api/v3/verify-code", body, {"authorization": f"Basic {basic}"})
        if not checked.get("data", {}).get("isValid"):
            raise Mismatch("a code that is right", checked)

    def _cli(self, *words, stdin=None):
        done = subprocess.run(self._command("countersign", *words), input=stdin, capture_output=True, encoding="utf-8", timeout=SECONDS)
        if done.returncode != 0:
            raise Mismatch(f"`countersign {' '.join(map(str, words[:2]))}` to succeed", done.stderr.strip())
        return done.stdout

    def _listening(self, name, *words, wrap=()):
        return Listening(name, self._command(*wrap, "countersign", *words, "--listen", "127.0.0.1:0"))


class Listening:
    """`with Listening(...) as url:` runs a program that listens; SIGTERM ends it, with exit code 0."""

    def __init__(self, name, command):
        self._name, self._command = name, command

    def __enter__(self):
        environment = {**os.environ, "COUNTERSIGN_PROVIDERS__REACH": "loopback"}
        log = log_file(f"packages-{self._name}")
        self._process = LineProcess(self._command, log, stdin=subprocess.DEVNULL, env=environment)
        while not (line := self._process.next_line(SECONDS)).startswith("listening on "):
            pass
        return line.split()[-1]

    def __exit__(self, failed, *_):
        child = self._process.child
        child.terminate()
        code = child.wait(SECONDS)
        if not failed and code != 0:
            raise Mismatch(f"`countersign {self._name}` to end with exit code 0", code)


def asked(url, body=None, headers=()):
    data = json.dumps(body).encode() if body else None
    request = urllib.request.Request(url, data, {"content-type": "application/json", **dict(headers)})
    with _http.open(request, timeout=SECONDS) as answer:
        return json.load(answer)
