"""The network between the nodes and the database: it forwards to the primary, and it fails on demand."""

import asyncio
import threading
from dataclasses import dataclass, field

from history import now

CHUNK = 65536


@dataclass
class Door:
    """The port that one node connects to."""

    port: int = 0
    # The seconds that each chunk waits, in either direction.
    delay: float = 0.0
    # A deaf node gets nothing of what the database says; a mute one is not heard.
    deaf: bool = False
    mute: bool = False
    opened_at: list = field(default_factory=list)
    pairs: set = field(default_factory=set)


class Proxy:
    """`with Proxy(3, where) as proxy:` opens three doors to the port that `where()` tells."""

    def __init__(self, doors, where):
        self.doors = [Door() for _ in range(doors)]
        self._where = where
        self._loop = asyncio.new_event_loop()

    def __enter__(self):
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._do(self._open())
        return self

    def __exit__(self, *_):
        self.cut(self.doors)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _do(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _open(self):
        for door in self.doors:
            listener = await asyncio.start_server(lambda *ends, door=door: self._serve(door, *ends), "127.0.0.1", 0)
            door.port = listener.sockets[0].getsockname()[1]

    def cut(self, doors):
        """Resets every connection of these doors."""

        async def reset():
            for end in [end for door in doors for pair in door.pairs for end in pair]:
                end.transport.abort()

        self._do(reset())

    def half_close(self, doors, of_database):
        """Ends one direction of every connection: the database says no more, or the node does not."""

        async def end():
            for node, database in [pair for door in doors for pair in door.pairs]:
                writer = node if of_database else database
                if writer.can_write_eof() and not writer.is_closing():
                    writer.write_eof()

        self._do(end())

    async def _serve(self, door, from_node, to_node):
        door.opened_at.append(now())
        try:
            from_database, to_database = await asyncio.open_connection("127.0.0.1", self._where())
        except OSError:
            to_node.transport.abort()
            return
        pair = (to_node, to_database)
        door.pairs.add(pair)
        ways = [
            asyncio.ensure_future(self._forward(from_node, to_database, door, "mute")),
            asyncio.ensure_future(self._forward(from_database, to_node, door, "deaf")),
        ]
        try:
            await asyncio.wait(ways)
        finally:
            door.pairs.discard(pair)
            for end in pair:
                end.transport.abort()

    async def _forward(self, reader, writer, door, swallowed):
        try:
            while data := await reader.read(CHUNK):
                if door.delay:
                    await asyncio.sleep(door.delay)
                if not getattr(door, swallowed):
                    writer.write(data)
                    await writer.drain()
            writer.write_eof()
        except (OSError, RuntimeError):
            # A reset in one direction is one in the other.
            writer.transport.abort()
