"""A Prometheus that scrapes one target each second, with rules that wait for seconds instead of minutes."""

import json
import re
import subprocess
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from driver.paths import log_file
from ports import free_port
from waiting import NotYet, until

SETTINGS = """
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [alerts.yml]
scrape_configs:
  - job_name: countersign
    static_configs: [{{targets: ["{target}"]}}]
"""

# Minutes become seconds: how long a state must last, and how far back a rule looks.
LASTING = re.compile(r"for: \d+[mh]")
WINDOWS = {"[5m]": "[15s]", "[10m]": "[15s]", "[15m]": "[15s]", "[30m]": "[20s]", "[1d]": "[1m]"}

# The status of every answer until it has read what it keeps.
STARTING = 503

_http = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def hastened(rules):
    """The rules, with seconds in place of minutes."""
    for window, short in WINDOWS.items():
        rules = rules.replace(window, short)
    return LASTING.sub("for: 1s", rules)


class Prometheus:
    """`with Prometheus(target, rules) as prometheus:` starts one; leaving the block ends it."""

    def __init__(self, target, rules):
        self._folder = tempfile.TemporaryDirectory(prefix="countersign-prometheus-")
        folder = Path(self._folder.name)
        (folder / "alerts.yml").write_text(hastened(rules.read_text()))
        (folder / "prometheus.yml").write_text(SETTINGS.format(target=target))
        address = f"127.0.0.1:{free_port()}"
        self._url = f"http://{address}"
        self._command = [
            "prometheus",
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address={address}",
        ]

    def __enter__(self):
        with log_file("prometheus").open("wb") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)
        try:
            until(lambda: self.query("up"))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        self._folder.cleanup()

    def _asked(self, path):
        try:
            with _http.open(f"{self._url}/api/v1/{path}", timeout=10) as response:
                return json.load(response)["data"]
        except urllib.error.HTTPError as error:
            if error.code == STARTING:
                raise NotYet("Prometheus is starting") from error
            raise SystemExit(f"Prometheus refuses {path}: {error.read().decode()}") from error
        except OSError as error:
            raise NotYet(f"Prometheus does not answer: {error}") from error

    def query(self, expression):
        """The series that a query finds now, but for those that are no number."""
        found = self._asked("query?" + urllib.parse.urlencode({"query": expression}))["result"]
        return [series for series in found if series["value"][1] != "NaN"]

    def firing(self):
        """The names of the alerts that fire."""
        alerts = self._asked("alerts")["alerts"]
        return {alert["labels"]["alertname"] for alert in alerts if alert["state"] == "firing"}

    def is_calm(self):
        if firing := self.firing():
            raise NotYet(f"firing: {', '.join(sorted(firing))}")
