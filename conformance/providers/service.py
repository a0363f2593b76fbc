"""Countersign, set up by its command line as an operator would, and asked as an application would."""

import base64
import json
import subprocess
import time
import urllib.parse

from driver.expect import Mismatch
from driver.server import Server

CHANNEL = "CHANNEL_LOGIN"
SETTLE_SECONDS = 10
LOOK_SECONDS = 0.05


class Service(Server):
    def __init__(self, binary):
        super().__init__(binary, "providers")
        self._binary = binary

    def cli(self, *arguments, stdin=None):
        """What a verb prints, read as JSON."""
        command = [str(self._binary), *arguments, "--data", str(self.folder), "--json"]
        done = subprocess.run(command, input=stdin, capture_output=True, encoding="utf-8")
        if done.returncode != 0:
            raise Mismatch(f"`countersign {' '.join(arguments[:2])}` to succeed", done.stderr.strip())
        return json.loads(done.stdout)


class Tenant:
    """An application with a provider of its own, so that rows are not in each other's way."""

    def __init__(self, service, name, vendor):
        self.service, self.name, self.vendor = service, name, vendor
        created = service.cli("app", "create", "--id", name, "--name", "Judge")
        secret = f"{name}:{created['appSecret']}".encode()
        self._basic = "Basic " + base64.b64encode(secret).decode()
        self.use(vendor.secrets)
        if vendor.template:
            service.cli("template", "set", "--app", name, "--provider", name, *vendor.template)
        service.cli("route", "set", "--app", name, name)

    def use(self, secrets):
        """Sets the provider up, or changes it, with these secrets."""
        lines = [f"name = {_toml(self.name)}", f"kind = {_toml(self.vendor.kind)}"]
        for table, values in (("settings", self.vendor.settings), ("secrets", secrets)):
            lines += [f"[{table}]", *(f"{key} = {_toml(value)}" for key, value in values.items())]
        shown = self.service.cli("provider", "add", "--file", "-", stdin="\n".join(lines))
        self.receipts_url = self.service.url + shown["receiptsPath"]

    def send(self, number):
        """The answer to `send-sms` for a number in E.164."""
        body = {"channel": CHANNEL, "phoneNumber": number}
        return self.service.post("send-sms", body, {"x-authing-app-id": self.name})

    def is_right(self, number, code):
        """Whether `verify-code` says that the code is right."""
        body = {"channel": CHANNEL, "phoneNumber": number, "passCode": code}
        answer = self.service.post("verify-code", body, {"authorization": self._basic})
        return answer.get("statusCode") == 200 and answer["data"]["isValid"]

    def message(self, request_id):
        """The timeline of the message that a request asked for."""
        query = urllib.parse.urlencode({"requestId": request_id})
        found = self.service.look(f"list-messages?{query}")["data"]
        if len(found) != 1:
            raise Mismatch("one message of the request", f"{len(found)}")
        return found[0]


def until(look, what):
    """What `look` finds, as soon as that is anything; it looks again and again, with a deadline."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise Mismatch(what, f"nothing of the kind within {SETTLE_SECONDS} s")
        time.sleep(LOOK_SECONDS)


def _toml(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_toml(key)} = {_toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)  # texts and numbers are written alike
