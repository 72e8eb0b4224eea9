"""Settings of the HTTP layer. All times are in seconds, all sizes in bytes."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from understudy.config.models.base import Section

__all__ = [
    "BreakerSettings",
    "HttpOverrides",
    "HttpSettings",
    "LimitSettings",
    "RateSettings",
    "RetryOverrides",
    "RetrySettings",
    "TimeoutOverrides",
    "TimeoutSettings",
    "TlsSettings",
]


class TimeoutSettings(Section):
    """Limits in time, in seconds."""

    connect: PositiveFloat = 5.0
    """To open a connection, TLS included."""
    read: PositiveFloat = 30.0
    """To wait for the next byte, of the answer's head or of a stream."""
    total: PositiveFloat = 60.0
    """From the call to the last byte: all attempts, the waits between them and the stream."""
    attempt: PositiveFloat | None = None
    """For one attempt, head and body; none by default."""


class RetrySettings(Section):
    """When and how often a failed attempt is made again."""

    max_retries: NonNegativeInt = 3
    """Attempts after the first."""
    backoff_base: NonNegativeFloat = 1.0
    """The wait before the first retry; it doubles each time."""
    backoff_max: NonNegativeFloat = 20.0
    """The longest wait between two attempts that is not the server's own advice."""
    jitter: bool = True
    """Wait a random time between 0 and the backoff, so that clients do not return together."""
    retry_after_max: NonNegativeFloat = 60.0
    """A server that asks for a longer wait than this gets no retry; the error carries its advice."""


class LimitSettings(Section):
    """How much an answer may be."""

    response_bytes: PositiveInt = 32 * 1024 * 1024
    """The largest body, decompressed. A stream may have half of it in text; an event's envelope does not count."""
    line_bytes: PositiveInt = 4 * 1024 * 1024
    """The longest line of a stream."""
    header_bytes: PositiveInt = 64 * 1024
    """All response headers together."""


class TlsSettings(Section):
    """Whom to trust."""

    ca_bundles: tuple[Path, ...] = ()
    """PEM files trusted beside the system's authorities."""
    insecure_skip_verify: bool = False
    """Trust everyone. Logged as a warning; refused where `production` is true."""


class HttpSettings(Section):
    """The shared HTTP layer."""

    timeout: TimeoutSettings = Field(default_factory=TimeoutSettings)
    retry: RetrySettings = Field(default_factory=RetrySettings)
    limits: LimitSettings = Field(default_factory=LimitSettings)
    tls: TlsSettings = Field(default_factory=TlsSettings)
    max_connections: PositiveInt = 100
    """Open connections of one pool."""
    keepalive: NonNegativeFloat = 15.0
    """How long an idle connection is kept, in seconds."""
    trust_env: bool = False
    """Take proxies from HTTPS_PROXY, HTTP_PROXY and NO_PROXY."""


class TimeoutOverrides(Section):
    """A provider's own limits; what is absent is taken from `http.timeout`."""

    connect: PositiveFloat | None = None
    read: PositiveFloat | None = None
    total: PositiveFloat | None = None
    attempt: PositiveFloat | None = None


class RetryOverrides(Section):
    """A provider's own retries; what is absent is taken from `http.retry`."""

    max_retries: NonNegativeInt | None = None
    backoff_base: NonNegativeFloat | None = None
    backoff_max: NonNegativeFloat | None = None
    jitter: bool | None = None
    retry_after_max: NonNegativeFloat | None = None


class RateSettings(Section):
    """How much one provider is sent; what is absent is not limited. Users who have to wait are served in turn."""

    in_flight: PositiveInt | None = None
    """Requests at once, streams included."""
    requests_per_minute: PositiveInt | None = None
    """Requests in any 60 seconds, retries included."""
    tokens_per_minute: PositiveInt | None = None
    """Tokens in any 60 seconds: estimated from the request's size, then counted as the answer's usage says."""

    @property
    def limits_anything(self) -> bool:
        """Whether there is any limit."""
        return any(limit is not None for limit in (self.in_flight, self.requests_per_minute, self.tokens_per_minute))


class BreakerSettings(Section):
    """When a provider that is down is left alone."""

    failures: PositiveInt = 5
    """After how many attempts in a row that did not reach a working service."""
    cooldown: PositiveFloat = 30.0
    """For how long, before a single attempt finds out whether it is up again."""


class HttpOverrides(Section):
    """What a provider changes of `http`, and what is its own."""

    timeout: TimeoutOverrides = Field(default_factory=TimeoutOverrides)
    retry: RetryOverrides = Field(default_factory=RetryOverrides)
    rate: RateSettings = Field(default_factory=RateSettings)
    breaker: BreakerSettings | None = None
    """A circuit breaker; `{}` is one with the defaults, absent there is none."""
    tls: TlsSettings | None = None
    """In place of `http.tls`, whole; a provider with its own gets a pool of its own."""
