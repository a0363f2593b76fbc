"""A service in production whose one vendor is the sandbox."""

import contextlib
import json
import subprocess
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from driver.lines import LineProcess
from driver.paths import log_file
from ports import free_port
from waiting import NotYet

START_SECONDS = 30
APP = "shop"

ACCOUNT = """
name = "tencent"
kind = "tencent-cloud"
[settings]
secret_id = "sandbox-secret-id"
sdk_app_id = "1400000000"
endpoint = "{vendor}"
[secrets]
secret_key = "sandbox-secret-key-0001"
"""

SETTINGS = """
[server]
listen = "127.0.0.1:0"
url = "https://sms.example.com"
monitor_listen = "{monitor}"
allow_no_provider = true
[store]
data = "{folder}/data"
[keys]
file = "{folder}/deployment/keys.json"
[providers]
reach = "loopback"
[[limits]]
name = "all-month"
window_seconds = 2592000
max = 1000000
"""

_http = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def asked(url, body=None, headers=None):
    """The status and the JSON or text that `url` answers."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"content-type": "application/json", **(headers or {})})
    try:
        with _http.open(request, timeout=10) as response:
            status, text = response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read().decode()
    try:
        return status, json.loads(text)
    except ValueError:
        return status, text


class Deployment:
    """`with Deployment(binary) as deployment:` starts the service and the sandbox; leaving the block ends both."""

    def __init__(self, binary):
        self._binary = str(binary)
        self._home = tempfile.TemporaryDirectory(prefix="countersign-monitoring-")
        self._folder = Path(self._home.name)
        self._settings = self._folder / "countersign.toml"
        self.monitor = f"127.0.0.1:{free_port()}"
        self._processes = []

    def __enter__(self):
        try:
            self._open()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in self._processes:
            process.child.kill()
            process.child.wait()
        self._home.cleanup()

    def _open(self):
        self._run("init", str(self._folder / "deployment"), "--url", "https://sms.example.com")
        self._settings.write_text(SETTINGS.format(folder=self._folder, monitor=self.monitor))
        self.vendor = self._url_of(self._start("sandbox", "--listen", "127.0.0.1:0", "--quiet"))
        self._service = self._start("serve", "--config", str(self._settings))
        self.url = self._url_of(self._service)
        self._set_up()

    def _start(self, verb, *arguments):
        log = log_file(f"monitoring-{verb}")
        process = LineProcess([self._binary, verb, *arguments], log, stdin=subprocess.DEVNULL)
        self._processes.append(process)
        return process

    def _url_of(self, process):
        while True:
            line = process.next_line(START_SECONDS)
            if line.startswith("listening on "):
                return line.split()[-1]

    def _run(self, *command):
        subprocess.run([self._binary, *command], check=True, stdout=subprocess.DEVNULL)

    def _operate(self, *command):
        self._run(*command, "--config", str(self._settings))

    def _set_up(self):
        account = self._folder / "tencent.toml"
        account.write_text(ACCOUNT.format(vendor=self.vendor))
        self._operate("provider", "add", "--file", str(account))
        variables = ("--variable", "{code}", "--variable", "{minutes}")
        self._operate("template", "set", "--provider", "tencent", "--id", "449740", "--signature", "腾讯云", *variables)
        self._operate("route", "set", "--country", "CN", "tencent")
        self._operate("app", "create", "--id", APP, "--name", "Shop")
        note = json.loads((self._folder / "data/owner.json").read_text())
        proof = {"authorization": f"Bearer {note['token']}"}
        providers = self.call("list-sms-providers", None, proof)["data"]
        # More people than limits let one address send for.
        for limit in self.call("list-sms-limits", None, proof)["data"]:
            if limit["source"] == "default":
                self._operate("limit", "set", limit["name"], "--mode", "monitor")
        self._receipts = self.url + providers[0]["receiptsPath"]
        self.reports("normal")

    def reports(self, manner):
        """Lets the vendor report in this manner from now on, at once."""
        self.script("reports", {"vendor": "tencent-cloud", "url": self._receipts, "reports": manner, "millis": 0})

    def block(self, prefix):
        """An operator blocks a range of numbers."""
        self._operate("guard", "block", "--prefix", prefix, "--hours", "1")

    def call(self, name, body, headers=None):
        """What a call under /api/v3 is answered."""
        return asked(f"{self.url}/api/v3/{name}", body, {"x-authing-app-id": APP, **(headers or {})})[1]

    def script(self, path, body):
        """Tells the sandbox what to do."""
        status, answer = asked(f"{self.vendor}/sandbox/{path}", body)
        if status != 200:
            raise SystemExit(f"the sandbox refuses {path}: {answer}")
        return answer

    def code_for(self, number):
        """The code that the sandbox took for a number."""
        _, messages = asked(f"{self.vendor}/sandbox/messages?vendor=tencent-cloud&to=86{number}")
        return messages[0]["code"]

    @contextlib.contextmanager
    def full_disk(self):
        """Lets the service write nothing meanwhile."""
        self._limit_files("1")
        try:
            yield
        finally:
            self._limit_files("unlimited")

    def _limit_files(self, most):
        process = str(self._service.child.pid)
        subprocess.run(["prlimit", "--pid", process, f"--fsize={most}:unlimited"], check=True)

    def is_unready(self, reason):
        status, text = asked(f"http://{self.monitor}/readyz")
        if status != 503 or reason not in text:
            raise NotYet(f"/readyz says {status} {text}")
