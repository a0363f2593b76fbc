"""Everything that a run needs: database, proxy, nodes, vendor and balancer."""

import random
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from balancer import Balancer
from clients import Connection
from clocks import Clocks
from database import Database
from faults import STANDBY_AHEAD_SECONDS
from history import now
from load import CAREFUL
from nodes import Nodes
from proxy import Proxy
from vendor import Vendor

NODES = 3


@dataclass(frozen=True)
class Settings:
    """The program, that of an older release if there is one, and how the run is set up."""

    binary: Path
    older: Path | None
    seed: int
    freeze_seconds: float
    asynchronous: bool


class Rig:
    """`with Rig(settings, history) as rig:` starts everything; leaving the block ends it."""

    def __init__(self, settings, history):
        self._settings, self._history = settings, history
        self.freeze_seconds = settings.freeze_seconds
        self._chance = random.Random(f"clocks {settings.seed}")
        self._aheads = []
        # The begin and the end of each time that the database was away.
        self.outages = []

    def __enter__(self):
        with ExitStack() as stack:
            of_database, of_nodes = (Path(stack.enter_context(_folder())) for _ in range(2))
            clocks = Clocks(of_database)
            self.database = Database(of_database, clocks, self.next_ahead(), self._settings.asynchronous)
            stack.enter_context(self.database)
            self.proxy = stack.enter_context(Proxy(NODES, lambda: self.database.primary.port))
            self.vendor = stack.enter_context(Vendor(self._history, f"vendor {self._settings.seed}"))
            programs = (self._settings.binary, self._settings.older)
            self.nodes = stack.enter_context(Nodes(programs, of_nodes, clocks, self.proxy, self.vendor)).all
            self.secrets = self._applications()
            self.balancer = stack.enter_context(Balancer(of_nodes, [node.port for node in self.nodes]))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def rest(self, seconds):
        time.sleep(seconds)

    def next_ahead(self):
        """By how much the next standby's clock is ahead of the primary's: of three in a row, none, one ahead and one behind."""
        if not self._aheads:
            self._aheads = self._chance.sample(STANDBY_AHEAD_SECONDS, len(STANDBY_AHEAD_SECONDS))
        return self._aheads.pop()

    def some_doors(self, chance):
        """The way to the database of one node, or of all."""
        if chance.random() < 0.5:
            return self.proxy.doors, "all nodes"
        node = chance.choice(self.nodes)
        return [node.door], node.name

    def outage_begins(self):
        self.outages.append([now(), None])

    def outage_ends(self, at):
        self.outages[-1][1] = at

    def timelines(self):
        """The timelines of all messages as the API tells them, newest first."""
        node = self.nodes[0]
        connection, before = Connection(node.port), ""
        while True:
            answer = connection.get(f"list-messages?limit=1000{before}", node.owner())
            if not answer or answer["statusCode"] != 200:
                raise SystemExit(f"list-messages was answered {answer}")
            yield from answer["data"]
            if len(answer["data"]) < 1000:
                return
            before = f"&before={answer['data'][-1]['messageId']}"

    def _applications(self):
        """Creates the applications; by id, the secret of each."""
        node = self.nodes[0]
        connection = Connection(node.port)
        secrets = {"dev-app": "dev-app-secret"}
        for application, name in (("shop", "Shop"), (CAREFUL, "Careful")):
            answer = connection.post("create-application", {"appId": application, "appName": name}, node.owner())
            secrets[application] = answer["data"]["appSecret"]
        connection.post("update-application", {"appId": CAREFUL, "challenges": True}, node.owner())
        return secrets


def _folder():
    return tempfile.TemporaryDirectory(prefix="countersign-chaos-")
