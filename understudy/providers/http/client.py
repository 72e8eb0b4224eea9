"""A thin client on a shared pool: where to send, as whom, and within which limits."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Any, Self

import msgspec

from understudy.domain.errors import ConfigurationError, Fault, HTTPClientError, InvalidRequestError
from understudy.domain.secrets import Secret
from understudy.providers.http.answers import HttpResponse
from understudy.providers.http.call import Call
from understudy.providers.http.core import Core
from understudy.providers.http.download import HttpDownload
from understudy.providers.http.exchange import Body, Outgoing
from understudy.providers.http.headers import checked, checked_secrets
from understudy.providers.http.stream import Framing, HttpStream

if TYPE_CHECKING:
    from understudy.providers.http.breaker import BreakerState

__all__ = ["HttpClient"]

_JSON = "application/json"
_TOKEN_BYTES = 4  # about as many bytes of JSON make one token
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_STREAM_TYPES: Mapping[str, str] = MappingProxyType({"sse": "text/event-stream", "ndjson": "application/x-ndjson"})


class HttpClient:
    """Sends to one base URL with one identity. Made by ``HttpClients.client``; cheap, holds no connection.

    Everything a call may raise is a ProviderError: the mapper's error for a status of 400 and above,
    MaxRetriesExceededError after retries, ConnectionFailedError, RequestTimeoutError, ResponseDecodeError,
    LimitExceededError, StreamInterruptedError. It sends no cookies and follows no redirects.
    """

    __slots__ = ("_closed", "_core", "_headers", "_secrets", "_user")

    def __init__(
        self, core: Core, *, headers: Mapping[str, str], secrets: Mapping[str, Secret], user: str | None = None
    ) -> None:
        if secrets and not (core.origin.keeps_secrets or core.plain_http_secrets):
            raise _in_clear(core)
        self._core = core
        self._headers = headers
        self._secrets = secrets
        self._user = user
        self._closed = False

    @property
    def provider(self) -> str:
        """The provider's name in errors and log records."""
        return self._core.provider

    @property
    def base_url(self) -> str:
        """What paths are put behind, without a slash at its end."""
        return self._core.origin.base_url

    @property
    def host(self) -> str:
        """The host, with its port where that is not the scheme's own."""
        return self._core.origin.netloc

    @property
    def breaker_state(self) -> BreakerState | None:
        """The circuit breaker's state; None where there is none."""
        gate = self._core.gate
        return None if gate is None or gate.breaker is None else gate.breaker.state

    @property
    def counts_tokens(self) -> bool:
        """Whether a limiter counts tokens: then ``tokens`` of a call is worth estimating."""
        gate = self._core.gate
        return gate is not None and gate.limiter is not None and gate.limiter.rate.tokens_per_minute is not None

    def __repr__(self) -> str:
        return f"<HttpClient {self.provider} {self.base_url}>"

    def derive(
        self,
        *,
        headers: Mapping[str, str] = _NOTHING,
        secret_headers: Mapping[str, Secret] = _NOTHING,
        user: str | None = None,
    ) -> HttpClient:
        """A client that differs only in ``headers`` and ``secret_headers``, which are laid over this one's.

        It costs an object: pool, limits and retry budget are shared, cookies there are none. Where a limiter makes
        users wait in turn, ``user`` says who this one is; without it, its credentials do.
        """
        return HttpClient(
            self._core,
            headers={**self._headers, **checked(headers)} if headers else self._headers,
            secrets={**self._secrets, **checked_secrets(secret_headers)} if secret_headers else self._secrets,
            user=self._user if user is None else user,
        )

    async def request(
        self,
        method: str,
        path: str,
        *,
        operation: str,
        json: Any = None,
        content: bytes | Body | None = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 # the deadline is an option of the call, kept by asyncio.timeout
        idempotency_key: str | None = None,
        user: str | None = None,
        tokens: int | None = None,
        once: bool = False,
    ) -> HttpResponse:
        """Send, and read the whole answer.

        ``json`` is encoded as the body, ``content`` is sent as it is, a ``Body`` piece by piece; ``timeout`` is the
        total deadline in seconds, in place of the settings'; ``idempotency_key`` is sent as ``Idempotency-Key``, the
        same on every attempt.
        ``user`` and ``tokens`` are for the limiter, where there is one: whose turn it is (this client's identity if
        absent), and how many tokens the call may take (a quarter of the body's bytes if absent). ``once`` is for what
        may not be done twice: an idle connection that turns out closed is then an error; the retries are the policy's.
        """
        outgoing = self._outgoing(method, path, _JSON, json, content, headers, params, idempotency_key)
        outgoing.once = once
        return await self._call(outgoing, operation, path, timeout, user, tokens).whole()

    def stream(
        self,
        method: str,
        path: str,
        *,
        operation: str,
        framing: Framing,
        json: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        timeout: float | None = None,
        idempotency_key: str | None = None,
        user: str | None = None,
        tokens: int | None = None,
    ) -> HttpStream:
        """Like ``request``, for an answer that is read frame by frame: ``async with client.stream(...) as stream``."""
        accept = _STREAM_TYPES[framing]
        outgoing = self._outgoing(method, path, accept, json, content, headers, params, idempotency_key)
        outgoing.streaming = True
        return HttpStream(self._call(outgoing, operation, path, timeout, user, tokens), framing)

    def download(
        self,
        method: str,
        path: str,
        *,
        operation: str,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> HttpDownload:
        """Like ``request``, for a body of any kind and size that is read piece by piece, in ``async with``."""
        outgoing = self._outgoing(method, path, "*/*", None, None, headers, params, None)
        return HttpDownload(self._call(outgoing, operation, path, timeout, None, None))

    async def aclose(self) -> None:
        """Refuse further calls. The pool is not this client's own and stays open. May be called twice."""
        self._closed = True

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    def _call(
        self,
        outgoing: Outgoing,
        operation: str,
        path: str,
        total: float | None,
        user: str | None,
        tokens: int | None,
    ) -> Call:
        core = self._core
        call = Call(core, outgoing, operation=operation, path=path, total=core.policy.total if total is None else total)
        if core.gate is not None:
            call.user = user or self._user or frozenset(self._secrets.values())
            body = outgoing.body if isinstance(outgoing.body, bytes) else b""
            call.tokens = len(body) // _TOKEN_BYTES if tokens is None else tokens
        return call

    def _outgoing(
        self,
        method: str,
        path: str,
        accept: str,
        json: Any,
        content: bytes | Body | None,
        headers: Mapping[str, str] | None,
        params: Mapping[str, str] | None,
        idempotency_key: str | None,
    ) -> Outgoing:
        if self._closed:
            raise HTTPClientError("This client is closed.", provider=self.provider, host=self.host)
        # Compression saves bytes of a whole answer, but holds a stream's first words back.
        encoding = "gzip, deflate" if accept == _JSON else "identity"
        merged = {"accept": accept, "accept-encoding": encoding, **self._headers}
        if json is not None:
            content = self._encoded(json)
            merged["content-type"] = _JSON
        if headers:
            merged.update(checked(headers))
        if idempotency_key is not None:
            merged.update(checked({"idempotency-key": idempotency_key}))
        policy = self._core.policy
        return Outgoing(
            method=method,
            url=self._core.origin.url(path, params),
            headers=merged,
            secrets=self._secrets,
            body=content,
            connect=policy.connect,
            read=policy.read,
            header_bytes=policy.header_bytes,
            streaming=False,
        )

    def _encoded(self, json: Any) -> bytes:
        try:
            return msgspec.json.encode(json)
        except (TypeError, ValueError, RecursionError) as error:
            reason = str(error)
        raise InvalidRequestError(
            f"The request cannot be written as JSON: {reason}; nothing was sent.", provider=self.provider, phase="send"
        )


def _in_clear(core: Core) -> ConfigurationError:
    return ConfigurationError(
        [
            Fault(
                where=f"{core.provider}.base_url",
                reason=f"a credential would cross the network in clear to {core.origin.netloc} (plain http)",
                hint="Use https, or a loopback host.",
            )
        ]
    )
