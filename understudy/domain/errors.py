"""Every error that understudy raises.

    UnderstudyError
      ConfigurationError            every fault of the settings, together, with origins
      WiringError                   the graph: missing and extra arguments, cycles, unknown branches
      ProviderNotFoundError         name, near match, what is registered
      DuplicateProviderError
      MissingCredentialsError       provider, the variables that would do, the keyless alternative
      MissingDependencyError        provider, what cannot be imported, the install command
      NoProviderAvailableError      each provider and why not
      UnsupportedCapabilityError    asked of a provider that does not declare it; raised before any traffic
      ProviderError                 provider, operation, host, phase, request id, status, retryable
        HTTPClientError
          ConnectionFailedError, RequestTimeoutError, MaxRetriesExceededError, ResponseDecodeError,
          StreamInterruptedError, LimitExceededError
          RecordingMismatchError      nothing recorded answers a request: the nearest that is, and how they differ
        AuthenticationError
          MissingIdentityError, InvalidIdentityError          (a request's own user, before any traffic)
        PermissionDeniedError, NotFoundError, InvalidRequestError
          ContextLengthExceededError, ContentFilteredError   (both are invalid requests)
        RateLimitError, QuotaExceededError, OverloadedError, ServerError
      ScriptError                   a stand-in's script has no answer left, or one that cannot be given
      StorageError                  backend, command, code

Errors hold data and render it late: ``str(error)`` says what happened, where, why and what to do next. They never hold
a credential. They pickle, so that they cross process pools whole.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = [
    "AuthenticationError",
    "ConfigurationError",
    "ConnectionFailedError",
    "ContentFilteredError",
    "ContextLengthExceededError",
    "DuplicateProviderError",
    "Fault",
    "HTTPClientError",
    "InvalidIdentityError",
    "InvalidRequestError",
    "LimitExceededError",
    "MaxRetriesExceededError",
    "MissingCredentialsError",
    "MissingDependencyError",
    "MissingIdentityError",
    "NoProviderAvailableError",
    "NotFoundError",
    "OverloadedError",
    "PermissionDeniedError",
    "ProviderError",
    "ProviderNotFoundError",
    "QuotaExceededError",
    "RateLimitError",
    "RecordingMismatchError",
    "RequestTimeoutError",
    "ResponseDecodeError",
    "ScriptError",
    "ServerError",
    "StorageError",
    "StreamInterruptedError",
    "UnderstudyError",
    "UnsupportedCapabilityError",
    "WiringError",
    "near_match",
]


def near_match(name: str, choices: Iterable[str]) -> str | None:
    """The choice most like ``name``, or None where nothing is close enough to be a likely slip."""
    by_lower = {choice.lower(): choice for choice in choices}
    found = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def _rebuild(cls: type[UnderstudyError], state: dict[str, Any]) -> UnderstudyError:
    error = cls.__new__(cls)
    error.__dict__.update(state)
    return error


class UnderstudyError(Exception):
    """The root of the tree: ``except UnderstudyError`` catches all that this library raises on purpose.

    ``earlier_errors`` are those of the providers that were tried before, where a fallback tried several.
    """

    hint: str | None = None
    earlier_errors: tuple[Exception, ...] = ()

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        self.message = message
        if hint is not None:
            self.hint = hint
        super().__init__(message)

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message

    def __reduce__(self) -> tuple[Any, ...]:
        # Keyword-only constructors break Exception's own pickling, which replays ``args``.
        return _rebuild, (type(self), dict(self.__dict__))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong with the settings or the graph.

    ``where`` is the settings key or the graph node; ``origin`` is ``file:line:column``, the environment variable or the
    option that said so; ``excerpt`` the source line with a caret under it, secrets masked.
    """

    where: str
    reason: str
    origin: str | None = None
    excerpt: str | None = None
    hint: str | None = None

    def __str__(self) -> str:
        lines = [": ".join(part for part in (self.origin, self.where, self.reason) if part)]
        if self.excerpt:
            lines.extend(f"    {line}" for line in self.excerpt.splitlines())
        if self.hint:
            lines.append(f"    {self.hint}")
        return "\n".join(lines)


class _FaultsError(UnderstudyError):
    _noun = "fault"

    def __init__(self, faults: Sequence[Fault], *, hint: str | None = None) -> None:
        self.faults = tuple(faults)
        super().__init__("", hint=hint)

    def __str__(self) -> str:
        count = len(self.faults)
        title = f"{count} {self._noun}{'' if count == 1 else 's'}"
        body = "\n".join(f"  {line}" for fault in self.faults for line in str(fault).splitlines())
        return f"{title}:\n{body}" + (f"\n{self.hint}" if self.hint else "")


class ConfigurationError(_FaultsError):
    """The settings are not valid; ``faults`` has every one of them, each with its origin."""

    _noun = "settings fault"


class WiringError(_FaultsError):
    """The container's graph is not valid; ``faults`` has every one of them, each with its node's path."""

    _noun = "wiring fault"


class ProviderNotFoundError(UnderstudyError):
    """No provider has this name or alias in this family; ``reason`` says why one that was announced is not there."""

    def __init__(self, name: str, *, family: str, registered: Iterable[str], reason: str | None = None) -> None:
        self.name = name
        self.family = family
        self.registered = tuple(sorted(registered))
        self.reason = reason
        self.near_match = None if reason else near_match(name, self.registered)
        what = f"The {family} provider {name!r} was skipped: {reason}." if reason else None
        super().__init__(what or f"No {family} provider is called {name!r}.")

    def __str__(self) -> str:
        meant = f" Did you mean {self.near_match!r}?" if self.near_match else ""
        return f"{self.message}{meant} Registered: {', '.join(self.registered) or 'none'}."


class DuplicateProviderError(UnderstudyError):
    """A name or alias is taken; registering again needs ``replace=True``."""

    default_hint = "Choose another name, or register with replace=True to take its place."

    def __init__(self, name: str, *, family: str, taken_by: str, hint: str | None = None) -> None:
        self.name = name
        self.family = family
        self.taken_by = taken_by
        super().__init__(
            f"The {family} provider name {name!r} is taken by {taken_by!r}.", hint=hint or self.default_hint
        )


class MissingCredentialsError(UnderstudyError):
    """A real provider was selected and none of the places that may hold its credential does."""

    def __init__(self, provider: str, *, variables: Sequence[str], key: str | None = None) -> None:
        self.provider = provider
        self.variables = tuple(variables)
        self.key = key
        super().__init__(f"{provider}: no credentials.")

    def __str__(self) -> str:
        ways = [f"set {' or '.join(self.variables)}"] if self.variables else []
        if self.key:
            ways.append(f"set {self.key} in the settings")
        ways.append("say 'use: mock' to go on without a key")
        return f"{self.message} To mend it: {'; '.join(ways)}."


class MissingDependencyError(UnderstudyError, ImportError):
    """A provider's code cannot be imported; mostly an optional dependency is not installed."""

    def __init__(self, provider: str, *, target: str, reason: str, install: str | None = None) -> None:
        self.provider = provider
        self.target = target
        self.reason = reason
        self.install = install
        super().__init__(
            f"{provider}: {target} cannot be imported: {reason}.",
            hint=f"Install what it needs: {install}" if install else "Install what it needs, or say 'use: mock'.",
        )


class NoProviderAvailableError(UnderstudyError):
    """No provider of the family can be used; ``reasons`` says why for each."""

    def __init__(self, family: str, *, reasons: Mapping[str, str]) -> None:
        self.family = family
        self.reasons = dict(reasons)
        super().__init__(f"No {family} provider is available.", hint="Say 'use: mock' to go on without any.")

    def __str__(self) -> str:
        lines = [f"  {name}: {reason}" for name, reason in self.reasons.items()]
        return "\n".join([self.message, *(lines or ["  none is registered"]), str(self.hint)])


class UnsupportedCapabilityError(UnderstudyError):
    """The request asks for what this provider, or this model of it, does not do. No request was sent."""

    def __init__(self, capability: str, *, provider: str, model: str | None = None, hint: str | None = None) -> None:
        self.capability = capability
        self.provider = provider
        self.model = model
        of = f" (model {model})" if model else ""
        super().__init__(f"{provider}{of} does not support {capability}; nothing was sent.", hint=hint)


class ProviderError(UnderstudyError):
    """A call to an outside service failed.

    ``provider`` and ``operation`` say which call; ``host`` and ``phase`` where it failed: queue, connect, send,
    headers, read, idle, attempt, total, body, stream, decode, answer (the service said no) or breaker; ``status``,
    ``code`` and ``request_id`` are the service's own; ``retryable`` says whether the same call may succeed later;
    ``retry_after`` is the service's advice in seconds; ``partial_text`` is what a stream had delivered before it
    failed; ``body`` is an excerpt of the answer, redacted.
    """

    default_hint: str | None = None
    default_code: str | None = None

    def __init__(
        self,
        message: str,
        *,
        provider: str = "",
        operation: str = "",
        host: str | None = None,
        phase: str | None = None,
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
        retryable: bool = False,
        retry_after: float | None = None,
        partial_text: str | None = None,
        body: str | None = None,
        hint: str | None = None,
    ) -> None:
        self.provider = provider
        self.operation = operation
        self.host = host
        self.phase = phase
        self.status = status
        self.code = code if code is not None else self.default_code
        self.request_id = request_id
        self.retryable = retryable
        self.retry_after = retry_after
        self.partial_text = partial_text
        self.body = body
        super().__init__(message, hint=hint if hint is not None else self.default_hint)

    def __str__(self) -> str:
        who = " ".join(part for part in (self.provider, self.operation) if part)
        facts = [
            fact
            for fact in (
                self.host,
                f"phase {self.phase}" if self.phase else None,
                f"HTTP {self.status}" if self.status is not None else None,
                f"code {self.code}" if self.code else None,
                f"request id {self.request_id}" if self.request_id else None,
                f"retry after {self.retry_after:g} s" if self.retry_after is not None else None,
                f"{len(self.partial_text)} characters had arrived" if self.partial_text else None,
            )
            if fact
        ]
        text = f"{who}: {self.message}" if who else self.message
        if facts:
            text += f" [{', '.join(facts)}]"
        return f"{text} {self.hint}" if self.hint else text


class HTTPClientError(ProviderError):
    """The exchange itself failed: no usable answer came back."""


class ConnectionFailedError(HTTPClientError):
    """No connection: the name did not resolve, the peer refused, or TLS failed."""

    default_hint = "Check the base URL, the network and the proxy and TLS settings."


class RequestTimeoutError(HTTPClientError, TimeoutError):
    """A limit in time was reached: connect, read, idle or the total deadline; ``phase`` says which."""

    default_hint = "Raise http.timeout for this provider, or ask for less."


class MaxRetriesExceededError(HTTPClientError):
    """Every attempt failed; the last failure is ``last_error`` and is chained as ``__cause__``."""

    def __init__(self, message: str, *, attempts: int, last_error: ProviderError, **data: Any) -> None:
        self.attempts = attempts
        self.last_error = last_error
        super().__init__(message, **data)


class ResponseDecodeError(HTTPClientError):
    """An answer came back that is not what the protocol says: not JSON, another content type, fields missing."""

    default_hint = "Check that base_url points at the provider's API and not at a proxy's or a login page."


class StreamInterruptedError(HTTPClientError):
    """A stream ended without its end marker; ``partial_text`` has what had arrived."""

    default_hint = "The answer is incomplete; ask again, or use partial_text knowingly."


class LimitExceededError(HTTPClientError):
    """The answer is larger than the limits allow: body, decompressed body, line or headers."""

    default_hint = "Raise http.limits for this provider if an answer of this size is expected."


class RecordingMismatchError(HTTPClientError):
    """Nothing recorded answers a request, and it may not be sent.

    ``method`` and ``path`` are the request's; ``folder`` is where was looked, ``nearest`` the file and exchange most
    like it, and ``differences`` says in words where the two differ. ``empty`` is set where nothing is recorded at all.
    """

    def __init__(
        self,
        *,
        method: str,
        path: str,
        folder: str,
        nearest: str | None = None,
        differences: Sequence[str] = (),
        empty: bool = False,
        **data: Any,
    ) -> None:
        self.method = method
        self.path = path
        self.folder = folder
        self.nearest = nearest
        self.differences = tuple(differences)
        self.empty = empty
        found = f"there are no recordings in {folder}" if empty else f"no recording in {folder} answers it"
        message = f"{method} {path}: {found}."
        if nearest:
            more = len(self.differences) - 3
            shown = "; ".join(self.differences[:3]) + (f"; and {more} more" if more > 0 else "")
            message += f" The nearest is {nearest}: {shown}."
        data.setdefault("hint", "Record it: use: record, with recording.policy new to keep what is there.")
        super().__init__(message, **data)


class AuthenticationError(ProviderError):
    """The service does not accept the credential."""

    default_hint = "Check the key: expired, revoked, or meant for another service."


class MissingIdentityError(AuthenticationError):
    """A request names no user where one is needed: its token is absent; nothing was sent."""

    default_code = "UNAUTHORIZED"  # as where a service says so itself
    default_hint = "Send the user's token in the header that platform.identity names."


class InvalidIdentityError(AuthenticationError):
    """A request's token is malformed: a wrong prefix, or characters that no header can carry; nothing was sent."""

    default_code = "UNAUTHORIZED"  # as where a service says so itself
    default_hint = "Send the token behind the prefix that platform.identity names, and nothing else."


class PermissionDeniedError(ProviderError):
    """The credential is known but may not do this."""

    default_hint = "Ask for access to this model or resource."


class NotFoundError(ProviderError):
    """The model or resource does not exist, or is hidden from this credential."""

    default_hint = "Check the model's name; list_models() shows those that exist."


class InvalidRequestError(ProviderError):
    """The service, or a check made before sending, refuses the request as it is."""

    default_hint = "Change the request; sent again as it is, it is refused again."


class ContextLengthExceededError(InvalidRequestError):
    """Prompt and answer do not fit into the model's context."""

    default_hint = "Shorten the prompt, lower max_output_tokens, or choose a model with a larger context."


class ContentFilteredError(InvalidRequestError):
    """The service's content filter refused the request."""

    default_hint = "Change the prompt; the provider's policy page says what it refuses."


class RateLimitError(ProviderError):
    """Too many requests or tokens for now; ``retry_after`` has the service's advice, if it gave any."""

    default_hint = "Wait, send less at once, or ask for a higher limit."


class QuotaExceededError(RateLimitError):
    """The account has run out of credit or quota; waiting does not help."""

    default_hint = "Check the account's plan and billing."


class OverloadedError(ProviderError):
    """The service is up but has no capacity for now (503, 529)."""

    default_hint = "Try again later, or configure generation.fallback."


class ServerError(ProviderError):
    """The service failed (5xx)."""

    default_hint = "Try again later; the request id helps the provider's support."


class ScriptError(UnderstudyError):
    """A stand-in's script has no answer left for a request, or one that cannot be given to it."""


class StorageError(UnderstudyError):
    """A storage command failed; ``code`` is stable across backends, its kinds stand in ``domain/storage_errors.py``.

    ``reason`` is the message alone; ``retryable`` says whether the same command may succeed later; ``log`` is what the
    command told its user before it failed (LogMessage values).
    """

    def __init__(
        self, message: str, *, backend: str, command: str, code: int, hint: str | None = None, retryable: bool = False
    ) -> None:
        self.backend = backend
        self.command = command
        self.code = code
        self.reason = message
        self.retryable = retryable
        self.log: tuple[Any, ...] = ()
        super().__init__(f"{backend} {command}: {message} [code {int(code)}]", hint=hint)
