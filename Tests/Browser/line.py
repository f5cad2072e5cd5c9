"""A network that can be cut, and one that swallows what goes through it."""

import asyncio


class Line:
    """Passes TCP connections on to a server, as long as it is not told otherwise."""

    def __init__(self, port, target):
        self.port, self.target = port, target
        self.url = f"http://127.0.0.1:{port}"
        self.server = None
        self.writers = set()
        self.is_cut = False
        # Set while data flows; cleared, it waits: neither side is told of anything.
        self.up, self.down = asyncio.Event(), asyncio.Event()

    async def open(self):
        self.is_cut = False
        self.up.set()
        self.down.set()
        self.server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        return self

    async def close(self):
        self.cut()
        self.up.set()
        self.down.set()
        self.server.close()

    def cut(self):
        """Ends all connections, and every new one at once."""
        self.is_cut = True
        for writer in list(self.writers):
            writer.transport.abort()

    def mend(self):
        self.is_cut = False

    def hold_answers(self):
        """What the server says is kept back; what it is told arrives."""
        self.down.clear()

    def hold_all(self):
        self.up.clear()
        self.down.clear()

    def release(self):
        self.up.set()
        self.down.set()

    async def _connected(self, reader, writer):
        if self.is_cut:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        self.writers |= {writer, far_writer}
        await asyncio.gather(
            self._pass(reader, far_writer, self.up), self._pass(far_reader, writer, self.down))
        self.writers -= {writer, far_writer}

    async def _pass(self, reader, writer, flows):
        try:
            while data := await reader.read(65536):
                await flows.wait()
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()
