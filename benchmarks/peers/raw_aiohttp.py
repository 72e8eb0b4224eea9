"""aiohttp itself: a session, a body, the answer's text."""

import aiohttp
from peers._plain import BODY, HEADERS, PATH, is_piece, text_of


def session():
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1000))


async def caller(base):
    shared, url = session(), base + PATH

    async def call():
        async with shared.post(url, json=BODY, headers=HEADERS) as response:
            return text_of(await response.read())

    return call


async def streamer(base):
    shared, url, body = session(), base + PATH, {**BODY, "stream": True}

    async def call():
        pieces = 0
        async with shared.post(url, json=body, headers=HEADERS) as response:
            async for line in response.content:
                pieces += is_piece(line)
        return pieces

    return call


async def lifecycle(_base):
    async def call():
        await session().close()

    return call


identity = lifecycle
