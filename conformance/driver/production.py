"""A service in production: its files, and `countersign serve` on ports of its own."""

import json
import socket
import subprocess
import tempfile
from pathlib import Path

from .lines import LineProcess, NoLine
from .paths import log_file
from .server import START_SECONDS, NoServer


def free_port():
    """A port that nobody listens at now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Production:
    """`with Production(binary, name) as production:` starts it with a console; leaving the block makes sure it is gone."""

    def __init__(self, binary, name):
        self._binary, self._log = str(binary), log_file(f"{name}-production")
        self._home = tempfile.TemporaryDirectory(prefix="countersign-conformance-")
        self._folder = Path(self._home.name).resolve() / "deployment"
        self._settings = self._folder / "countersign.toml"

    def __enter__(self):
        self._run("init", str(self._folder), "--url", "https://sms.example.com")
        self.console = f"http://127.0.0.1:{free_port()}"
        listen = self.console.removeprefix("http://")
        text = self._settings.read_text() + f'\n[console]\nlisten = "{listen}"\nurl = "{self.console}"\n'
        self._settings.write_text(text)
        command = [self._binary, "serve", "--config", str(self._settings), "--listen", "127.0.0.1:0"]
        self._process = LineProcess(command, self._log, stdin=subprocess.DEVNULL)
        try:
            while not self._process.next_line(START_SECONDS).startswith("listening on "):
                pass
        except NoLine as error:
            self.__exit__()
            said = self._log.read_text(errors="replace").strip()
            raise NoServer(f"`serve` does not listen: {error}\n{said}") from error
        return self

    def __exit__(self, *_):
        self._process.child.kill()
        self._process.child.wait()
        self._home.cleanup()

    def invite(self, role):
        """The link by which somebody joins in this role."""
        return json.loads(self._run("staff", "invite", "--role", role, "--config", str(self._settings), "--json"))["link"]

    def _run(self, *words):
        return subprocess.run([self._binary, *words], check=True, capture_output=True, text=True).stdout
