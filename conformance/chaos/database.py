"""A primary and its synchronous standby, as an operator of high availability keeps them.

With an asynchronous standby, which nobody should promote, the last commits of a primary are lost. So the checker is proved on a real
deployment that breaks promises.
"""

import os
import shutil
from pathlib import Path

from ports import free_port
from proxy import Proxy
from server import PostgresServer, wait_until

NAME = "countersign"

# Tables that every send or check writes to.
BUSY = ("message", "bucket", "number", "code")


class Database:
    """`with Database(folder, clocks, 30) as database:` starts both, the standby 30 seconds ahead; leaving the block ends them."""

    def __init__(self, folder, clocks, ahead_seconds, asynchronous):
        self._folder, self._asynchronous = Path(folder), asynchronous
        self.primary, self.standby = (PostgresServer(name, self._folder, free_port(), clocks) for name in ("one", "two"))
        self._ahead_seconds = ahead_seconds
        self._between = Proxy(1, lambda: self.primary.port)

    def __enter__(self):
        self._between.__enter__()
        if os.geteuid() == 0:
            shutil.chown(self._folder, "postgres", "postgres")
        try:
            self.primary.initialise()
            self.primary.start()
            self.primary.query(f"CREATE DATABASE {NAME}")
            self.follow(self._ahead_seconds)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for server in (self.standby, self.primary):
            if server.is_running():
                server.kill()
        self._between.__exit__()

    def follow(self, ahead_seconds):
        """Makes the standby anew, and has commits wait for it from now on. Its clock is ahead of the primary's by so much."""
        self.standby.copy_of(self.primary, self._between.doors[0].port)
        self.standby.start(self.primary.ahead_seconds + ahead_seconds)
        if not self._asynchronous:
            self.primary.configure(f"synchronous_standby_names = '{self.standby.name}'")
            self.primary.reload()
        self.wait_for_standby()

    def wait_for_standby(self):
        state = "async" if self._asynchronous else "sync"
        follows = f"SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND sync_state = '{state}'"
        wait_until("the standby follows", lambda: self.primary.query(follows) == "1")

    def fall_behind(self):
        """An asynchronous standby gets nothing from now on; a synchronous one cannot be behind."""
        self._between.doors[0].deaf = self._asynchronous
        return self._asynchronous

    def expand(self):
        """Adds to the schema as the migration of a later release would, under load; the number of the new version."""
        version = int(self.primary.query("SELECT greatest(max(number) + 1, 900) FROM countersign.version", NAME))
        columns = "".join(f"ALTER TABLE countersign.{table} ADD COLUMN next_{version} integer DEFAULT 7; " for table in BUSY)
        table = f"CREATE TABLE countersign.next_{version} (id bigint PRIMARY KEY); "
        newest = "SELECT oldest FROM countersign.version ORDER BY number DESC LIMIT 1"
        told = f"INSERT INTO countersign.version (number, oldest) VALUES ({version}, ({newest})); "
        self.primary.query(f"BEGIN; SET LOCAL lock_timeout = '5s'; {columns}{table}{told}COMMIT", NAME)
        return version

    def fail_over(self):
        """The standby is the primary from now on, alone: commits wait for nobody, as Patroni does it, until `follow` comes."""
        self.primary, self.standby = self.standby, self.primary
        self.primary.configure("")
        self.primary.promote()
        self._between.doors[0].deaf = False
        self._between.cut(self._between.doors)
