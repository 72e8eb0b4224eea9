"""The container for code without asyncio: calls wait, errors arrive, threads and forks are safe, everything ends."""

import asyncio
import contextvars
import gc
import os
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from understudy import (
    ConfigurationError,
    EmbeddingResult,
    FinishEvent,
    GenerationResult,
    GenerationStream,
    HealthStatus,
    OverloadedError,
    ProviderNotFoundError,
    RequestTimeoutError,
    TextEvent,
    TextPart,
    UnsupportedCapabilityError,
    blocking,
)
from understudy.domain.capabilities import Capabilities
from understudy.domain.requests import GenerationRequest

CALLER: contextvars.ContextVar[str] = contextvars.ContextVar("caller", default="nobody")


class Fake:
    """A text generator that shows what happens to it."""

    name = "claude"
    model = "fake"
    capabilities = Capabilities()

    def __init__(self, pieces: int = 3, error: BaseException | None = None) -> None:
        self.pieces = pieces
        self.error = error
        self.read = 0
        self.ended = threading.Event()
        self.started = threading.Event()
        self.cancelled = threading.Event()

    async def generate(self, prompt: Any, /, **options: Any) -> GenerationResult:
        if prompt == "wait":
            self.started.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.cancelled.set()
                raise
        if self.error is not None:
            raise self.error
        return GenerationResult(parts=(TextPart(f"{prompt} from {CALLER.get()}"),))

    async def _events(self) -> AsyncIterator[Any]:
        try:
            for number in range(self.pieces):
                self.read = number + 1
                yield TextEvent(str(number))
            if self.error is not None:
                raise self.error
            yield FinishEvent(GenerationResult(parts=(TextPart("whole"),)))
        finally:
            self.ended.set()

    def stream(self, prompt: Any, /, **options: Any) -> GenerationStream:
        GenerationRequest.of(prompt, **options)
        return GenerationStream(self._events())

    def generate_stream(self, prompt: Any, /, **options: Any) -> AsyncIterator[str]:
        return self.stream(prompt, **options).text()


Opened = Callable[..., blocking.BlockingContainer]


@pytest.fixture
def opened(mock_settings: dict[str, Any]) -> Iterator[Opened]:
    containers: list[blocking.BlockingContainer] = []

    def open_with(fake: Any = None) -> blocking.BlockingContainer:
        overrides = {} if fake is None else {"generation.claude": fake}
        containers.append(blocking.open_container(mock_settings, overrides=overrides))
        return containers[-1]

    yield open_with
    for container in containers:
        container.close()


def portal_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "understudy-blocking"]


def test_a_script_asks_and_streams(mock_settings: dict[str, Any]) -> None:
    with blocking.open_container(mock_settings) as app:
        generator = app.generator()
        assert "hi" in generator.generate("hi").text
        assert "".join(generator.generate_stream("hi")) == generator.generate("hi").text
        assert (generator.name, generator.model) == ("claude", app.container.generator().model)
        assert generator.capabilities.streaming
        assert generator.health_check().status is HealthStatus.HEALTHY
        assert generator.list_models()
        assert app.generator("gpt").name == "codex"


def test_a_stream_gives_typed_events_and_the_whole_result(opened: Opened) -> None:
    with opened(Fake()).generator().stream("hi") as stream:
        assert next(stream) == TextEvent("0")
        assert stream.result().text == "whole"
    assert [type(event).__name__ for event in opened(Fake(1)).generator().stream("hi")] == ["TextEvent", "FinishEvent"]


def test_a_stream_that_is_left_early_is_ended_and_has_no_result(opened: Opened) -> None:
    fake = Fake(pieces=10_000)
    stream = opened(fake).generator().stream("hi")
    next(stream)
    stream.close()
    assert fake.ended.is_set()
    assert list(stream) == []
    with pytest.raises(RuntimeError, match="closed before its end"):
        stream.result()
    stream.close()


def test_leaving_a_loop_ends_the_stream(opened: Opened) -> None:
    fake = Fake(pieces=10_000)
    for piece in opened(fake).generator().generate_stream("hi"):
        if piece == "5":
            break
    gc.collect()
    assert fake.ended.is_set()


def test_a_slow_reader_is_not_overrun(opened: Opened) -> None:
    """The stream is read ahead by a bounded number of events, and goes on when there is room."""
    fake = Fake(pieces=1000)
    pieces = opened(fake).generator().generate_stream("hi")
    assert next(pieces) == "0"
    time.sleep(0.02)
    assert fake.read <= 70
    assert list(pieces) == [str(number) for number in range(1, 1000)]


def test_errors_arrive_as_they_are(opened: Opened) -> None:
    error = OverloadedError("busy", provider="claude")
    generator = opened(Fake(error=error)).generator()
    with pytest.raises(OverloadedError) as caught:
        generator.generate("hi")
    assert caught.value is error
    pieces = generator.generate_stream("hi")
    assert [next(pieces) for _ in range(3)] == ["0", "1", "2"]
    with pytest.raises(OverloadedError):
        next(pieces)


def test_a_timeout_of_the_call_is_not_taken_for_the_end_of_a_wait(opened: Opened) -> None:
    error = RequestTimeoutError("late", provider="claude")
    with pytest.raises(RequestTimeoutError) as caught:
        opened(Fake(error=error)).generator().generate("hi")
    assert caught.value is error


def test_a_wrong_option_is_an_error_of_the_call(opened: Opened) -> None:
    with pytest.raises(TypeError):
        list(opened(Fake()).generator().generate_stream("hi", colour="red"))


def test_an_exit_raised_inside_reaches_its_caller_and_the_loop_serves_on(opened: Opened) -> None:
    fake = Fake(error=SystemExit(3))
    generator = opened(fake).generator()
    with pytest.raises(SystemExit):
        generator.generate("hi")
    with pytest.raises(SystemExit):
        list(generator.generate_stream("hi"))
    fake.error = None
    assert generator.generate("hi").text


def test_wrong_settings_raise_at_once_and_leave_no_thread() -> None:
    before = portal_threads()
    with pytest.raises(ConfigurationError):
        blocking.open_container({"generation": {"use": "mocc"}})
    assert portal_threads() == before


def test_an_unknown_provider_is_told(opened: Opened) -> None:
    with pytest.raises(ProviderNotFoundError, match="claude"):
        opened().generator("cluade")


def test_closing_ends_the_thread_and_whatever_still_waits(opened: Opened) -> None:
    fake = Fake()
    app = opened(fake)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(app.generator().generate, "wait")
        assert fake.started.wait(5)
        app.close()
        assert waiting.exception(5) is not None
    assert fake.cancelled.is_set()
    app.close()
    with pytest.raises(RuntimeError, match="closed"):
        app.generator().generate("hi")


def test_a_stream_of_a_closed_container_says_so(opened: Opened) -> None:
    app = opened(Fake(pieces=1000))
    stream = app.generator().stream("hi")
    next(stream)
    app.close()
    with pytest.raises(RuntimeError, match="closed during this stream"):
        list(stream)


def test_what_was_built_is_closed(opened: Opened) -> None:
    closed: list[str] = []

    class Thing:
        async def aclose(self) -> None:
            closed.append("thing")

    app = opened()
    app.container.lifetime().add(Thing())
    app.close()
    assert closed == ["thing"]


def test_a_generator_keeps_its_container_open(mock_settings: dict[str, Any]) -> None:
    closed: list[str] = []

    class Thing:
        async def aclose(self) -> None:
            closed.append("thing")

    app = blocking.open_container(mock_settings)
    app.container.lifetime().add(Thing())
    generator = app.generator()
    del app
    gc.collect()
    try:
        assert "hi" in generator.generate("hi").text  # the loop has come round: a close would have been done
        assert closed == []
    finally:
        generator._owner.close()


def test_many_threads_may_ask_at_once(opened: Opened) -> None:
    generator = opened().generator()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: generator.generate(f"number {number}").text, range(64)))
    assert all(f"number {number}" in answer for number, answer in enumerate(answers))


def test_context_variables_of_the_caller_are_seen(opened: Opened) -> None:
    token = CALLER.set("me")
    try:
        assert opened(Fake()).generator().generate("hi").text == "hi from me"
    finally:
        CALLER.reset(token)


async def test_it_works_where_an_event_loop_runs_already(opened: Opened) -> None:
    """As in a notebook: that loop waits meanwhile."""
    assert opened().generator().generate("hi").text


def test_a_call_from_its_own_loop_is_refused_instead_of_waiting_for_ever(opened: Opened) -> None:
    app = opened()

    async def inside() -> str:
        return app.generator().generate("hi").text

    with pytest.raises(RuntimeError, match="asynchronous container"):
        app.run(inside())


def test_run_gives_any_coroutine_its_loop(opened: Opened) -> None:
    app = opened()

    async def both() -> int:
        generator = app.container.generator()
        results = await asyncio.gather(generator.generate("a"), generator.generate("b"))
        return len(results)

    assert app.run(both()) == 2


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="this system sends no signals to threads")
def test_an_interrupt_reaches_the_caller_and_cancels_the_call(opened: Opened) -> None:
    fake = Fake()
    generator = opened(fake).generator()

    def interrupt() -> None:
        fake.started.wait(5)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    sender = threading.Thread(target=interrupt)
    sender.start()
    with pytest.raises(KeyboardInterrupt):
        generator.generate("wait")
    sender.join()
    assert fake.cancelled.wait(5)
    assert generator.generate("hi").text


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings(
    "ignore:.*multi-threaded.*fork:DeprecationWarning"
)  # forking with threads is what is tested
def test_a_forked_child_can_go_on_with_the_same_container(opened: Opened) -> None:
    app = opened()
    expected = app.generator().generate("hi").text
    child = os.fork()
    if child == 0:
        same = app.generator().generate("hi").text == expected and list(app.generator().generate_stream("hi")) != []
        app.close()
        os._exit(0 if same else 1)
    _, status = os.waitpid(child, 0)
    assert status == 0
    assert app.generator().generate("hi").text == expected


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings(
    "ignore:.*multi-threaded.*fork:DeprecationWarning"
)  # forking with threads is what is tested
def test_a_stream_does_not_hang_a_forked_child(opened: Opened) -> None:
    """What was begun before the fork cannot go on in the child: it says so, and its clean-up waits for nothing."""
    stream = opened(Fake(pieces=1000)).generator().stream("hi")
    next(stream)
    child = os.fork()
    if child == 0:
        try:
            next(stream)
        except RuntimeError as error:
            stream.close()
            os._exit(0 if "forked" in str(error) else 1)
        os._exit(1)
    _, status = os.waitpid(child, 0)
    assert status == 0
    assert stream.result().text == "whole"


def test_a_stream_cannot_begin_after_closing(opened: Opened) -> None:
    app = opened(Fake())
    generator = app.generator()
    app.close()
    with pytest.raises(RuntimeError, match="closed"):
        generator.stream("hi")
    with pytest.raises(RuntimeError, match="closed"):
        next(iter(generator.generate_stream("hi")))


def test_embeddings_are_refused_where_there_are_none_and_passed_on_where_there_are(opened: Opened) -> None:
    class Embedding(Fake):
        async def embed(self, inputs: Any, /, **options: Any) -> EmbeddingResult:
            return EmbeddingResult(vectors=((1.0,),) * len(inputs), provider="fake", model="m")

    assert len(opened(Embedding()).generator().embed(["a", "b"]).vectors) == 2
    with pytest.raises(UnsupportedCapabilityError, match="embeddings"):
        opened(Fake()).generator().embed(["a"])
