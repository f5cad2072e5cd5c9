"""Python's `aiohttp`."""

import aiohttp

import scenario


class Client:
    def __init__(self, session, socket):
        self.session, self.socket = session, socket
        assert socket.protocol == scenario.subprotocol, socket.protocol
        assert bool(socket.compress) == scenario.expects_deflate

    async def send(self, message):
        await self.socket.send_json(message)

    async def receive(self):
        return await self.socket.receive_json()

    async def cut(self):
        # The connection below, without a word of the protocol.
        await self.session.connector.close()

    async def close(self):
        await self.socket.close(code=1000)
        await self.session.close()
        return self.socket.close_code


async def connect(token):
    session = aiohttp.ClientSession()
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    socket = await session.ws_connect(
        scenario.url, protocols=[scenario.subprotocol], headers=headers, compress=15)
    return Client(session, socket)


scenario.main(connect)
