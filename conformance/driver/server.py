"""A fresh server of its own for each SDK, and a look into its outbox."""

import json
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

from .application import APP_SECRET
from .lines import LineProcess, NoLine
from .paths import log_file

START_SECONDS = 30
STOP_SECONDS = 20
ANSWER_SECONDS = 10

# The server is on this machine: no proxy in between.
_http = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class NoServer(Exception):
    """The server did not start; the text says why."""


class Server:
    """`with Server(binary, name) as server:` starts it with these settings; leaving the block makes sure it is gone."""

    app_secret = APP_SECRET

    def __init__(self, binary, name, settings=""):
        self._log = log_file(f"{name}-server")
        self._data = tempfile.TemporaryDirectory(prefix="countersign-conformance-")
        self.folder = Path(self._data.name)
        self._command = [
            str(binary), "dev",
            "--listen", "127.0.0.1:0",
            "--data", self._data.name,
            "--countries", "CN,US",
            "--quiet",
        ]  # fmt: skip
        if settings:
            file = self.folder / "settings.toml"
            file.write_text(settings)
            self._command += ["--config", str(file)]

    def __enter__(self):
        try:
            self._process = LineProcess(self._command, self._log, stdin=subprocess.DEVNULL)
        except OSError as error:
            self._data.cleanup()
            raise NoServer(f"the server cannot be started: {error}") from error
        try:
            self.url = self._announced_url()
        except NoLine as error:
            self.__exit__()
            said = self._log.read_text(errors="replace").strip()
            raise NoServer(f"the server said no `listening on http://...`: {error}\n{said}") from error
        return self

    def __exit__(self, *_):
        self._process.child.kill()
        self._process.child.wait()
        self._data.cleanup()

    def _announced_url(self):
        deadline = time.monotonic() + START_SECONDS
        while True:
            line = self._process.next_line(max(0.0, deadline - time.monotonic()))
            if line.startswith("listening on http://"):
                return line[len("listening on "):].strip()

    def outbox(self, number):
        """The messages to a number in E.164, newest first."""
        query = urllib.parse.urlencode({"phoneNumber": number})
        with _http.open(f"{self.url}/dev/outbox?{query}", timeout=ANSWER_SECONDS) as response:
            return json.load(response)

    def post(self, path, body, headers):
        """What a plain HTTP client is answered under /api/v3."""
        return self._asked(path, json.dumps(body).encode(), {"content-type": "application/json", **headers})

    def _asked(self, path, body, headers):
        request = urllib.request.Request(f"{self.url}/api/v3/{path}", data=body, headers=headers)
        with _http.open(request, timeout=ANSWER_SECONDS) as response:
            return json.load(response)

    def manage(self, path, body):
        """What the operator is answered."""
        return self.post(path, body, self._operator())

    def look(self, path):
        """What the operator is shown."""
        return self._asked(path, None, self._operator())

    def _operator(self):
        return {"authorization": f"Bearer {self.operator_token()}"}

    def operator_token(self):
        """What management calls show."""
        return json.loads((self.folder / "owner.json").read_text())["token"]

    def stop(self):
        """Asks it to end; its exit code, or None when it does not end."""
        self._process.child.terminate()
        try:
            return self._process.child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            return None
