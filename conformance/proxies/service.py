"""`countersign serve` with one vendor and one application, as a proxy or the world sees it."""

import json
import ssl
import subprocess
import tempfile
import urllib.request
from pathlib import Path

from driver.application import APP_ID
from driver.lines import LineProcess, NoLine
from driver.paths import log_file
from driver.server import ANSWER_SECONDS, START_SECONDS, STOP_SECONDS, NoServer
from phone import BODY

COUNTRIES = ("CN", "US")


class Service:
    """`with Service(binary, name, phone, authority, settings) as service:` starts it. `settings` are lines of `[server]`.

    `url` is what callers use. It is the service's own until a proxy takes its place.
    """

    def __init__(self, binary, name, phone, authority, settings):
        self._binary, self._log = str(binary), log_file(f"proxies-{name}")
        self._phone, self._settings = phone, settings
        self.outbox = phone.outbox
        context = ssl.create_default_context(cafile=authority.root)
        self.tls, self.root = context, authority.root
        self._http = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )

    def __enter__(self):
        self._home = tempfile.TemporaryDirectory(prefix="countersign-proxies-")
        self.folder = Path(self._home.name) / "deployment"
        self._make()
        config = self.folder / "countersign.toml"
        command = [self._binary, "serve", "--config", str(config), "--listen", "127.0.0.1:0"]
        self._process = LineProcess(command, self._log, stdin=subprocess.DEVNULL)
        try:
            said = self._process.next_line(START_SECONDS)
            self.url = self.direct = said.removeprefix("listening on ").strip()
            self._set_up()
        except (NoLine, KeyError) as error:
            self.__exit__()
            raise NoServer(f"serve did not start: {error}\n{self._log.read_text(errors='replace')}") from error
        return self

    def __exit__(self, *_):
        self._process.child.kill()
        self._process.child.wait()
        self._home.cleanup()

    def _make(self):
        made = [self._binary, "init", str(self.folder), "--url", "https://127.0.0.1"]
        subprocess.run(made, check=True, stdout=subprocess.DEVNULL)
        config = self.folder / "countersign.toml"
        text = config.read_text().replace("[server]", "\n".join(["[server]", *self._settings]), 1)
        config.write_text(text + '\n[providers]\nreach = "loopback"\n')

    def _set_up(self):
        settings = {"url": self._phone.url, "format": "json", "body": BODY}
        self.manage("set-sms-provider", {"name": "phone", "kind": "http", "settings": settings})
        for country in COUNTRIES:
            self.manage("set-sms-route", {"country": country, "providers": [{"name": "phone"}]})
        created = self.manage("create-application", {"appId": APP_ID, "appName": "Shop"})
        self.app_secret = created["data"]["appSecret"]

    @property
    def upstream(self):
        """The address and port of the service itself."""
        return self.direct.split("://")[1]

    def post(self, path, body, headers):
        """The answer to a plain HTTP client, under /api/v3."""
        return self._asked(path, json.dumps(body).encode(), {"content-type": "application/json", **headers})

    def manage(self, path, body):
        """The answer to the operator, who asks the service itself."""
        return self._asked(path, json.dumps(body).encode(), self._operator(), self.direct)

    def refused_addresses(self):
        """The addresses of refused callers, newest first."""
        listed = self._asked("list-refusals?limit=1000", None, self._operator(), self.direct)
        return [refused["address"] for refused in listed["data"]]

    def _operator(self):
        note = json.loads((self.folder / "data" / "owner.json").read_text())
        return {"content-type": "application/json", "authorization": f"Bearer {note['token']}"}

    def _asked(self, path, body, headers, url=None):
        request = urllib.request.Request(f"{url or self.url}/api/v3/{path}", data=body, headers=headers)
        with self._http.open(request, timeout=ANSWER_SECONDS) as response:
            return json.load(response)

    def stop(self):
        """Asks it to end; its exit code, or None when it does not end."""
        self._process.child.terminate()
        try:
            return self._process.child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            return None
