"""Callers at work all the time: they send, check with right and wrong codes, and show signatures and solutions again."""

import random
import threading
from collections import deque

from clients import Client, signed_request, solved
from history import now
from vendor import PROBES

CHANNELS = ("CHANNEL_LOGIN", "CHANNEL_REGISTER", "CHANNEL_BIND_PHONE")
APPLICATIONS = ("dev-app", "shop")
CAREFUL = "careful"

# How many numbers are in use at a time, and how long each is: later ones take their place, as wrong guesses lock a number.
NUMBERS, NUMBER_SECONDS = 40, 400

# Seconds since the last success at which a send is most likely to break the minute.
ABOUT_A_MINUTE = (58.0, 60.6)

# The acts of a caller, and how many of a hundred each is.
ACTS = {
    "sends": 52,
    "sends everywhere": 12,
    "guesses wrong": 8,
    "guesses right everywhere": 18,
    "shows a signature": 8,
    "solves": 2,
}
BETWEEN_SECONDS = 0.4
PROBE_SECONDS = 0.2


class Load:
    """`with Load(...) as load:` has callers at work until the block ends."""

    def __init__(self, nodes, balancer, vendor, history, secrets, seed, callers=14):
        self._nodes, self._balancer, self._vendor, self._history, self._secrets = nodes, balancer, vendor, history, secrets
        self._over, self._lock = threading.Event(), threading.Lock()
        self._random = random.Random(seed)
        self._numbers = [(0, now() + self._random.uniform(60, NUMBER_SECONDS)) for _ in range(NUMBERS)]
        self._next = 0
        self._succeeded = {}
        self._shown, self._solutions = deque(maxlen=50), deque()
        # By node: when the newest probes that it served were asked and answered.
        self._served = {node.name: deque(maxlen=1000) for node in nodes}
        work = [self._call] * callers + [lambda node=node: self._probe(node) for node in nodes]
        self._threads = [threading.Thread(target=one, daemon=True) for one in work]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        for thread in self._threads:
            thread.join()

    def all_serve(self, since):
        """When the last node answered its first probe of after `since` with success; None while one has not."""
        first = [next((answered for asked, answered in list(probes) if asked > since), None) for probes in self._served.values()]
        return None if None in first else max(first)

    def _clients(self):
        """Clients of the balancer and of each node."""
        ports = [("balancer", self._balancer.port), *((node.name, node.port) for node in self._nodes)]
        return [Client(door, port, self._history, self._secrets) for door, port in ports]

    def _call(self):
        balancer, *nodes = self._clients()
        acts = {
            "sends": lambda: self._send(balancer, self._scope()),
            "sends everywhere": lambda: self._send_everywhere(nodes),
            "guesses wrong": lambda: self._guess_wrong(balancer),
            "guesses right everywhere": lambda: self._guess_everywhere(nodes),
            "shows a signature": lambda: self._show(balancer, nodes),
            "solves": lambda: self._solve(balancer, nodes),
        }
        while not self._over.wait(self._chance(lambda r: r.uniform(0, 2 * BETWEEN_SECONDS))):
            act = self._chance(lambda r: r.choices(list(ACTS), ACTS.values())[0])
            acts[act]()

    def _chance(self, draw):
        with self._lock:
            return draw(self._random)

    def _everywhere(self, calls):
        threads = [threading.Thread(target=call) for call in calls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    # Numbers

    def _scope(self):
        """Application, channel and number of the next send: mostly one whose minute is about to end."""
        with self._lock:
            at = now()
            near = [scope for scope, since in self._succeeded.items() if ABOUT_A_MINUTE[0] < at - since < ABOUT_A_MINUTE[1]]
            if near and self._random.random() < 0.6:
                return self._random.choice(near)
            return self._random.choice(APPLICATIONS), self._random.choice(CHANNELS), self._number(at)

    def _number(self, at):
        place = self._random.randrange(NUMBERS)
        number, until = self._numbers[place]
        if not number or at > until:
            self._next += 1
            number, until = self._next, until if not number else at + NUMBER_SECONDS
            self._numbers[place] = number, until
        return f"+86138{number:08}"

    # Acts

    def _send(self, client, scope):
        answer = client.send(scope)
        if answer and answer["statusCode"] == 200:
            with self._lock:
                self._succeeded[scope] = now()

    def _send_everywhere(self, nodes):
        scope = self._scope()
        self._everywhere([lambda client=client: self._send(client, scope) for client in nodes])

    def _coded(self):
        """A scope that a code was sent for, and the code."""
        with self._lock:
            recent = [scope for scope, since in self._succeeded.items() if now() - since < 120]
            scope = self._random.choice(recent) if recent else None
        codes = self._vendor.codes(*scope) if scope else []
        return (scope, codes[-1]) if codes else (None, None)

    def _guess_wrong(self, client):
        scope, code = self._coded()
        if scope:
            client.check(scope, f"{(int(code) + 1) % 1_000_000:06}")

    def _guess_everywhere(self, nodes):
        scope, code = self._coded()
        if scope:
            self._everywhere([lambda client=client: client.check(scope, code) for client in nodes])

    def _show(self, balancer, nodes):
        """Shows a new signature to every node at once, and an old one once more."""
        signed = signed_request()
        self._everywhere([lambda client=client: client.show(signed) for client in nodes])
        self._shown.append(signed)
        balancer.show(self._chance(lambda r: r.choice(self._shown)))

    def _solve(self, balancer, nodes):
        """Solves a challenge, shows the solution to every node at once, and once more when the minute is over."""
        with self._lock:
            self._next += 1
            scope = (CAREFUL, CHANNELS[0], f"+86138{self._next:08}")
        answer = balancer.send(scope)
        if answer and answer["statusCode"] == 403:
            solution = solved(answer["data"]["challenge"])
            self._everywhere([lambda client=client: client.send(scope, solution) for client in nodes])
            self._solutions.append((now() + 61.0, scope, solution))
        if self._solutions and self._solutions[0][0] < now():
            _, scope, solution = self._solutions.popleft()
            balancer.send(scope, solution)

    def _probe(self, node):
        """Sends to a new number five times a second, at one node: so the driver knows when it serves."""
        client = Client(node.name, node.port, self._history, self._secrets)
        place, number = self._nodes.index(node), 0
        while not self._over.wait(PROBE_SECONDS):
            number += 1
            asked = now()
            answer = client.send(("shop", "CHANNEL_VERIFY_MFA", f"{PROBES}{place}{number:07}"))
            if answer and answer["statusCode"] == 200:
                self._served[node.name].append((asked, now()))
