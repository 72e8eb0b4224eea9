"""What the two generations of httpx have in common."""

import json

HEADERS = {"authorization": "Bearer bench-key"}
BODY = {"model": "bench-model", "messages": [{"role": "user", "content": "Hello"}]}
PATH = "/v1/chat/completions"


def text_of(content):
    return json.loads(content)["choices"][0]["message"]["content"]


def is_piece(line):
    """Whether a line of the stream, text or bytes, carries text."""
    marker = "data: {" if isinstance(line, str) else b"data: {"
    if not line.startswith(marker):
        return False
    choices = json.loads(line[6:])["choices"]
    return bool(choices and choices[0]["delta"].get("content"))


def functions(library):
    limits = library.Limits(max_connections=1000, max_keepalive_connections=1000)

    def client():
        return library.AsyncClient(timeout=60, limits=limits)

    async def caller(base):
        session, url = client(), base + PATH

        async def call():
            return text_of((await session.post(url, json=BODY, headers=HEADERS)).content)

        return call

    def blocking_caller(base):
        session, url = library.Client(timeout=60, limits=limits), base + PATH
        return lambda: text_of(session.post(url, json=BODY, headers=HEADERS).content)

    async def streamer(base):
        session, url, body = client(), base + PATH, {**BODY, "stream": True}

        async def call():
            pieces = 0
            async with session.stream("POST", url, json=body, headers=HEADERS) as response:
                async for line in response.aiter_lines():
                    pieces += is_piece(line)
            return pieces

        return call

    async def lifecycle(_base):
        async def call():
            await client().aclose()

        return call

    return caller, blocking_caller, streamer, lifecycle
