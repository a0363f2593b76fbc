"""One PostgreSQL server of Debian's package: started, killed, promoted, and made anew from another one."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

PATIENCE_SECONDS = 60

# A write waits for the disk of the standby, too, while there is one.
SETTINGS = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
max_connections = 100
shared_buffers = 32MB
wal_keep_size = 256MB
wal_retrieve_retry_interval = 500ms
synchronous_commit = on
logging_collector = off
include_if_exists = 'now.conf'
"""


class NoDatabase(Exception):
    """The database does not do what the run needs; the text says why."""


def binaries():
    """The folder with the programs of the newest version."""
    versions = [path for path in Path("/usr/lib/postgresql").glob("*") if (path / "bin/postgres").exists()]
    if not versions:
        raise NoDatabase("PostgreSQL is missing: apt-get install postgresql")
    return max(versions, key=lambda path: int(path.name)) / "bin"


def as_owner(command):
    """PostgreSQL refuses to run as root."""
    user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"] if os.geteuid() == 0 else []
    return [*user, *map(str, command)]


def wait_until(what, holds):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise NoDatabase(f"not within {PATIENCE_SECONDS} s: {what}")
        time.sleep(0.05)


class PostgresServer:
    def __init__(self, name, folder, port, clocks):
        self.name, self.port, self._clocks = name, port, clocks
        self._data, self._log = folder / name, folder / f"{name}.log"
        self._process = None
        self.ahead_seconds = 0

    def initialise(self):
        self._run("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "-D", self._data)
        with (self._data / "postgresql.conf").open("a") as settings:
            settings.write(SETTINGS.format(port=self.port))

    def copy_of(self, primary, way):
        """Makes this server anew as a standby of another one, whose port it reaches by the port `way`."""
        shutil.rmtree(self._data, ignore_errors=True)
        source = "host=127.0.0.1 user=postgres port="
        self._run("pg_basebackup", "-D", self._data, "-d", f"{source}{primary.port}", "-X", "stream", "-c", "fast", "--no-sync")
        settings = self._data / "postgresql.conf"
        settings.write_text(settings.read_text().replace(f"port = {primary.port}\n", f"port = {self.port}\n"))
        self.configure(f"primary_conninfo = '{source}{way} application_name={self.name}'")
        (self._data / "standby.signal").touch()
        self._own(self._data / "standby.signal")

    def configure(self, *lines):
        """Settings beside those of every server, for the next start or `reload`."""
        (self._data / "now.conf").write_text("\n".join(lines) + "\n")
        self._own(self._data / "now.conf")

    def start(self, ahead_seconds=0):
        """Starts it with a clock that is ahead of the machine's by so much, or behind."""
        self.ahead_seconds = ahead_seconds
        with self._log.open("ab") as log:
            command = as_owner([*self._clocks.ahead(ahead_seconds), binaries() / "postgres", "-D", self._data])
            self._process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        wait_until(f"{self.name} answers", self._answers)
        off = float(self.query("SELECT extract(epoch FROM clock_timestamp())")) - time.time()
        if abs(off - ahead_seconds) > 5:
            raise NoDatabase(f"the clock of {self.name} is {off:.1f} s ahead, and should be by {ahead_seconds} s")

    def kill(self):
        """Kills it and every process of it, without a word."""
        processes = [self._process.pid, *_children(self._process.pid)]
        for process in processes:
            _signal(process, signal.SIGKILL)
        self._process.wait()
        wait_until(f"{self.name} is gone", lambda: not any(map(_lives, processes)))
        self._forget_shared_memory()

    def stop(self, how=signal.SIGINT):
        """Ends it: SIGINT ends sessions and writes what is due, SIGQUIT does not."""
        self._process.send_signal(how)
        try:
            self._process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            raise NoDatabase(f"{self.name} does not end") from None

    def is_running(self):
        return self._process is not None and self._process.poll() is None

    def reload(self):
        self._process.send_signal(signal.SIGHUP)

    def promote(self):
        self.query("SELECT pg_promote()")
        wait_until(f"{self.name} is the primary", lambda: self.query("SELECT pg_is_in_recovery()") == "f")

    def query(self, text, database="postgres"):
        """The first column of the first row."""
        address = f"host=127.0.0.1 port={self.port} user=postgres dbname={database} connect_timeout=2"
        asked = subprocess.run([binaries() / "psql", "-XAtqc", text, address], capture_output=True, encoding="utf-8")
        if asked.returncode != 0:
            raise NoDatabase(f"{self.name}: {asked.stderr.strip()}")
        return asked.stdout.strip()

    def _answers(self):
        if not self.is_running():
            raise NoDatabase(f"{self.name} ended at its start:\n{self._log.read_text()[-2000:]}")
        try:
            return self.query("SELECT 1") == "1"
        except NoDatabase:
            return False

    def _forget_shared_memory(self):
        """A killed server leaves a segment, and its folder may be gone before it starts again."""
        pid_file = self._data / "postmaster.pid"
        lines = pid_file.read_text().splitlines() if pid_file.exists() else []
        if len(lines) > 6 and lines[6].split():
            subprocess.run(["ipcrm", "-m", lines[6].split()[-1]], capture_output=True)

    def _run(self, program, *arguments):
        done = subprocess.run(as_owner([binaries() / program, *arguments]), capture_output=True, encoding="utf-8")
        if done.returncode != 0:
            raise NoDatabase(f"{program}: {done.stderr.strip()}")

    def _own(self, path):
        if os.geteuid() == 0:
            shutil.chown(path, "postgres", "postgres")


def _children(process):
    try:
        return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except FileNotFoundError:
        return []


def _lives(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _signal(process, what):
    try:
        os.kill(process, what)
    except ProcessLookupError:
        pass
