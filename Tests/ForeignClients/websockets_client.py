"""Python's `websockets`."""

import json

from websockets.asyncio.client import connect as open_socket
from websockets.exceptions import ConnectionClosed

import scenario


class Client:
    def __init__(self, socket):
        self.socket = socket
        assert socket.subprotocol == scenario.subprotocol, socket.subprotocol
        assert bool(socket.protocol.extensions) == scenario.expects_deflate

    async def send(self, message):
        await self.socket.send(json.dumps(message))

    async def receive(self):
        return json.loads(await self.socket.recv())

    async def cut(self):
        self.socket.transport.abort()

    async def close(self):
        await self.socket.close(1000)
        try:
            while True:
                await self.socket.recv()
        except ConnectionClosed as end:
            return end.rcvd and end.rcvd.code


async def connect(token):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return Client(await open_socket(
        scenario.url, subprotocols=[scenario.subprotocol], additional_headers=headers, proxy=None))


scenario.main(connect)
