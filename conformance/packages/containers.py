"""The Dockerfile and the compose file. No container runs here."""

import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

import yaml

from command import run, same
from driver.expect import Mismatch
from driver.paths import ROOT

FOLDER = ROOT / "ops/container"
SECRET = re.compile(r"(?i)(password|secret|token|private[-_]key)\s*[=:]")
ENV = re.compile(r"(COUNTERSIGN_\w+)=(\S+)")


def tool(name):
    """A program of the environment that runs this."""
    return Path(sys.executable).parent / name


def dockerfile(_):
    run(tool("hadolint"), FOLDER / "Dockerfile")
    text = (FOLDER / "Dockerfile").read_text()
    if SECRET.search(text):
        raise Mismatch("a Dockerfile without secrets", SECRET.search(text)[0])
    sent = (ROOT / ".dockerignore").read_text().split()
    wanted = {line.split()[1] for line in text.splitlines() if line.startswith("COPY --from")}
    same("what a build takes from the checkout begins with nothing", sent[sent.index("*")], "*")
    if not wanted:
        raise Mismatch("a stage that copies the program", text)


def compose(_):
    """compose-lint knows the specification and what is dangerous; the files that it mounts are there."""
    # Of a copy: the linter warns of a checkout that lies in the home of root.
    with tempfile.TemporaryDirectory() as folder:
        copied = shutil.copytree(FOLDER, Path(folder) / "container")
        lint = (tool("compose-lint"), "check", "--fail-on", "medium", "--strict-config", "compose.yml")
        run(*lint, cwd=copied)
    services = yaml.safe_load((FOLDER / "compose.yml").read_text())["services"]
    mounted = [volume.split(":")[0] for service in services.values() for volume in service.get("volumes", ())]
    files = [path for path in mounted if path.startswith(".")]
    same("mounted files that are missing", [path for path in files if not (FOLDER / path).is_file()], [])
    same("services", sorted(services), ["caddy", "countersign", "prometheus"])


def caddyfile(_):
    """Caddy takes the file that the compose file mounts."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "XDG_DATA_HOME": home, "XDG_CONFIG_HOME": home, "COUNTERSIGN_HOST": "sms.example.com"}
        run("caddy", "validate", "--adapter", "caddyfile", "--config", FOLDER / "Caddyfile", env=environment)


def prometheus(_):
    """Prometheus takes its file, with the alert rules where the compose file mounts them."""
    with tempfile.TemporaryDirectory() as folder:
        for file in (FOLDER / "prometheus.yml", FOLDER.parent / "prometheus/alerts.yml"):
            shutil.copy(file, folder)
        run("promtool", "check", "config", Path(folder) / "prometheus.yml")


def settings(binary, folder):
    """The program takes the settings that the image and the compose file give it."""
    services = yaml.safe_load((FOLDER / "compose.yml").read_text())["services"]
    image = dict(ENV.findall((FOLDER / "Dockerfile").read_text()))
    environment = {**os.environ, **image, **services["countersign"]["environment"]}
    run(binary, "init", folder, "--url", "https://sms.example.com")
    shown = run(binary, "config", "dump", "--config", folder / "countersign.toml", env=environment)
    for line in ('listen = "0.0.0.0:8480"', 'monitor_listen = "0.0.0.0:9480"', 'trusted_proxies = ["172.28.84.2"]'):
        if line not in shown:
            raise Mismatch(line, shown)
    run(binary, "config", "check", "--config", folder / "countersign.toml", env=environment)
