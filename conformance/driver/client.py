"""One SDK's client process, spoken to in the line protocol of README.md."""

import itertools
import json
import os
import subprocess

from .application import APP_SECRET
from .lines import LineProcess, NoLine
from .paths import log_file

ANSWER_SECONDS = 30


class NoAnswer(Exception):
    """The SDK gave no answer; the text says what happened instead."""


class Unsupported(Exception):
    """The SDK has no way to make this call; the text is the client's reason."""


class Client:
    """`with Client(sdk, url) as client:` starts it; leaving the block ends it."""

    def __init__(self, sdk, url, app_secret=APP_SECRET, environment=None):
        self._sdk = sdk
        self._url = url
        self._app_secret = app_secret
        self._environment = environment or {}
        self._ids = itertools.count(1)
        self._given_up = False

    def __enter__(self):
        self._process = LineProcess(
            self._sdk.command,
            log_file(f"{self._sdk.name}-client"),
            stdin=subprocess.PIPE,
            cwd=self._sdk.folder,
            env={**os.environ, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", **self._environment},
        )
        return self

    def __exit__(self, *_):
        self._process.child.kill()
        self._process.child.wait()

    def call(self, operation, fields, app_id):
        """What the SDK handed to its caller."""
        known = {"appId": app_id, "appSecret": self._app_secret, "appHost": self._url}
        return self.ask({**known, operation: fields})

    def ask(self, request):
        """The answer to a request of these members, and an id."""
        reply = self._exchange({"id": next(self._ids), **request})
        if "unsupported" in reply:
            raise Unsupported(reply["unsupported"])
        if "error" in reply:
            raise NoAnswer(f"the SDK failed: {reply['error']}")
        return reply["answer"]

    def _exchange(self, request):
        if self._given_up:
            raise NoAnswer("the client was ended after an earlier call without an answer")
        try:
            self._process.child.stdin.write(json.dumps(request) + "\n")
            self._process.child.stdin.flush()
            line = self._process.next_line(ANSWER_SECONDS)
            reply = json.loads(line)
        except (NoLine, OSError) as error:
            # A late answer would be taken for the next one.
            self._process.child.kill()
            self._given_up = True
            raise NoAnswer(f"the client gave no answer: {error}") from error
        except ValueError:
            raise NoAnswer(f"the client wrote something else than JSON: {line!r}") from None
        if not isinstance(reply, dict) or reply.get("id") != request["id"]:
            raise NoAnswer(f"the client answered another request: {line}")
        return reply
