"""The container for code that does not use asyncio: scripts, notebooks, threads.

    with understudy.blocking.open_container() as app:
        print(app.generator().generate("hi").text)
        for piece in app.generator().generate_stream("hi"):
            print(piece, end="")

Everything runs on one event loop in a background thread: the same engine, errors and limits as the asynchronous
container. An interrupt of the calling thread (Ctrl-C) cancels its call; exceptions arrive as they are. A container may
be used from several threads and after a fork. It may also be used where an event loop is running already, as in a
notebook: that loop then waits, so coroutines should use ``understudy.open_container``.
"""

from __future__ import annotations

from collections.abc import Coroutine, Iterator, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack

from understudy.containers import opening
from understudy.containers.application import ApplicationContainer
from understudy.containers.opening import SettingsSource
from understudy.containers.pumping import Pump
from understudy.domain.capabilities import Capabilities
from understudy.domain.errors import UnsupportedCapabilityError
from understudy.domain.generation import Embedder, EmbeddingResult, ModelInfo, TextGenerator
from understudy.domain.health import Health
from understudy.domain.requests import GenerationOptions, Prompt
from understudy.domain.results import FinishEvent, GenerationResult, StreamEvent
from understudy.providers.portal import Portal
from understudy.providers.registry import ProviderRegistry

if TYPE_CHECKING:
    import httpx

    from understudy.providers.storage.facade import Storage
    from understudy.providers.storage.registry import StorageBackendRegistry

__all__ = ["BlockingContainer", "BlockingGenerator", "BlockingStream", "open_container"]

T = TypeVar("T")


def open_container(
    settings: SettingsSource = None,
    *,
    profile: str | None = None,
    set: Sequence[str] = (),  # noqa: A002  # named as the command line's option is
    overrides: Mapping[str, Any] | None = None,
    registry: ProviderRegistry | None = None,
    backends: StorageBackendRegistry | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> BlockingContainer:
    """An open container; close it, or use it in a ``with`` block.

    Arguments and errors are those of ``understudy.open_container``.
    """
    return BlockingContainer(
        settings,
        profile=profile,
        set=set,
        overrides=overrides,
        registry=registry,
        backends=backends,
        transport=transport,
    )


class BlockingContainer:
    """An ApplicationContainer on a background event loop. ``open_container`` makes one."""

    def __init__(self, settings: SettingsSource = None, **options: Any) -> None:
        self._portal = Portal()
        self._context = opening.open_container(settings, **options)
        self._closed = False
        try:
            self._container: ApplicationContainer = self._portal.run(self._context.__aenter__())
        except BaseException:
            self._portal.close()
            raise

    @property
    def container(self) -> ApplicationContainer:
        """The container itself; what it provides is asynchronous and is run by ``run``."""
        return self._container

    def generator(self, name: str | None = None) -> BlockingGenerator:
        """The selected text generator, or the one with this name or alias.

        Raises what building it raises: ProviderNotFoundError, MissingCredentialsError, NoProviderAvailableError.
        """
        generation = self._container.generation
        wrapped = generation.generator() if name is None else generation.manager().get(name)
        return BlockingGenerator(self._portal, wrapped, owner=self)

    @property
    def storage(self) -> Storage:
        """Runs commands on storage backends; it blocks by itself."""
        return self._container.storage()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """What a coroutine that uses this container returns or raises. Raises RuntimeError where it is closed."""
        return self._portal.run(coroutine)

    def close(self) -> None:
        """Close what was built, newest first, then the event loop. May be called twice. Raises what a close raises."""
        if self._closed:
            return
        self._closed = True
        try:
            self._portal.run(self._context.__aexit__(None, None, None))
        finally:
            self._portal.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class BlockingGenerator:
    """A TextGenerator whose methods wait. ``wrapped`` is the asynchronous one."""

    def __init__(self, portal: Portal, wrapped: TextGenerator, *, owner: BlockingContainer) -> None:
        self._portal = portal
        self._owner = owner  # a container that nobody holds closes what it has built
        self.wrapped = wrapped

    @property
    def name(self) -> str:
        """The provider's name in the registry."""
        return self.wrapped.name

    @property
    def model(self) -> str:
        """The model that answers when a request names none."""
        return self.wrapped.model

    @property
    def capabilities(self) -> Capabilities:
        """What this provider can do."""
        return self.wrapped.capabilities

    def generate(self, prompt: Prompt, /, **options: Unpack[GenerationOptions]) -> GenerationResult:
        """The whole answer."""
        return self._portal.run(self.wrapped.generate(prompt, **options))

    def generate_stream(self, prompt: Prompt, /, **options: Unpack[GenerationOptions]) -> Iterator[str]:
        """The answer's text, piece by piece. Leaving the loop early ends the stream."""
        pump = Pump(self._portal, lambda: self.wrapped.generate_stream(prompt, **options))
        try:
            yield from pump
        finally:
            pump.close()

    def stream(self, prompt: Prompt, /, **options: Unpack[GenerationOptions]) -> BlockingStream:
        """The answer as typed events; the last one is a FinishEvent with the whole result."""
        return BlockingStream(Pump(self._portal, lambda: self.wrapped.stream(prompt, **options)))

    def embed(
        self,
        inputs: Sequence[str],
        /,
        *,
        model: str | None = None,
        dimensions: int | None = None,
        timeout: float | None = None,
    ) -> EmbeddingResult:
        """A vector for each input; ``timeout`` is in seconds. Raises UnsupportedCapabilityError for who has none."""
        if not isinstance(self.wrapped, Embedder):
            raise UnsupportedCapabilityError("embeddings", provider=self.name)
        return self._portal.run(self.wrapped.embed(inputs, model=model, dimensions=dimensions, timeout=timeout))

    def health_check(self) -> Health:
        """Whether the service answers; never raises ProviderError, reports it instead."""
        return self._portal.run(self.wrapped.health_check())

    def list_models(self) -> tuple[ModelInfo, ...]:
        """The models that this credential may use."""
        return self._portal.run(self.wrapped.list_models())


class BlockingStream:
    """The events of one streamed answer, to be read once; use it in a ``with`` block where it may be left early."""

    def __init__(self, events: Pump[StreamEvent]) -> None:
        self._events = events
        self._result: GenerationResult | None = None

    def __iter__(self) -> Iterator[StreamEvent]:
        return self

    def __next__(self) -> StreamEvent:
        event = next(self._events)
        if isinstance(event, FinishEvent):
            self._result = event.result
        return event

    def result(self) -> GenerationResult:
        """The whole answer; reads the rest first. Raises RuntimeError where the stream was closed before its end."""
        for _ in self:
            pass
        if self._result is None:
            raise RuntimeError("The stream was closed before its end, so there is no whole result.")
        return self._result

    def close(self) -> None:
        """End the stream and give its connection back. May be called twice."""
        self._events.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
