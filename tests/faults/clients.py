"""Our providers as clients of an outside fault runner, which drives many libraries through one table of faults.

The runner makes ``CLIENTS[name](url, timeout, retries, ctx, key)`` and calls ``make``, ``call``, ``pool`` and
``aclose``; ``ctx`` is an SSL context that trusts the runner's own authority, where a row needs one.
"""

import ssl
import tempfile
from pathlib import Path

from understudy.config.models.generation import ClaudeSettings, CodexSettings, GeminiSettings
from understudy.config.models.http import HttpSettings
from understudy.providers.generation.anthropic.provider import ClaudeGenerator
from understudy.providers.generation.gemini.provider import GeminiGenerator
from understudy.providers.generation.openai.provider import CodexGenerator
from understudy.providers.http import HttpClients


class Client:
    """A generator with the library's own defaults, but for what the runner sets: the deadline and the retries."""

    streams = True

    def __init__(self, url, timeout, retries, ctx, key):
        self.url = url
        self.key = key
        self.bundle = bundle_of(ctx) if ctx is not None else None
        self.settings = HttpSettings.model_validate(
            {
                "timeout": {"total": timeout},
                "retry": {"max_retries": retries},
                "tls": {"ca_bundles": [self.bundle]} if self.bundle else {},
            }
        )
        self.http = HttpClients(self.settings)
        self.generator = None

    async def make(self):
        """Nothing yet: an address that no credential may be sent to is refused when a generator is made for it."""

    async def call(self, stream):
        if self.generator is None:
            self.generator = self.generator_of(self.url, self.key, self.http)
        if not stream:
            return (await self.generator.generate("ping")).text
        return "".join([text async for text in self.generator.generate_stream("ping")])

    async def aclose(self):
        if self.generator is not None:
            await self.generator.aclose()
        await self.http.aclose()
        self.forget()

    def forget(self):
        if self.bundle:
            Path(self.bundle).unlink()

    def pool(self):
        """How many connections are in use and idle, from the engine's own books."""
        in_use = idle = 0
        for pool in self.http._pools._pools.values():
            for engine in pool._engines.values():
                connector = engine._session.connector
                in_use += len(connector._acquired)
                idle += sum(len(waiting) for waiting in connector._conns.values())
        return {"requests": in_use, "connections": in_use + idle, "idle": idle}

    def obj(self):
        return self.generator


class Chat(Client):
    @staticmethod
    def generator_of(url, key, http):
        return CodexGenerator(CodexSettings(api_key=key, base_url=url, api="chat"), http=http)


class Claude(Client):
    @staticmethod
    def generator_of(url, key, http):
        return ClaudeGenerator(ClaudeSettings(api_key=key, base_url=url), http=http)


class Gemini(Client):
    @staticmethod
    def generator_of(url, key, http):
        return GeminiGenerator(GeminiSettings(api_key=key, base_url=url), http=http)


def bundle_of(context):
    """The context's authorities as a PEM file, which is how the settings take them."""
    pem = "".join(ssl.DER_cert_to_PEM_cert(der) for der in context.get_ca_certs(binary_form=True))
    with tempfile.NamedTemporaryFile("w", suffix=".pem", delete=False) as file:
        file.write(pem)
    return file.name


CLIENTS = {"ours": Chat, "ours.claude": Claude, "ours.gemini": Gemini}
