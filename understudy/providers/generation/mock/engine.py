"""What a stand-in does with a request, apart from waiting and streaming. An emulator runs the same engine."""

from __future__ import annotations

import copy
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field, replace

from understudy.config.models.mock import Operation
from understudy.domain.capabilities import Capabilities
from understudy.domain.errors import ContextLengthExceededError, NotFoundError, ProviderError, ScriptError
from understudy.domain.requests import GenerationRequest
from understudy.domain.results import GenerationResult
from understudy.providers.generation.mock.answers import Answer, Failure, Interrupted, ScriptedReply
from understudy.providers.generation.mock.compose import compose
from understudy.providers.generation.mock.defaults import default_answer
from understudy.providers.generation.mock.dialects import Dialect
from understudy.providers.generation.mock.script import MockScript
from understudy.providers.generation.mock.tokens import Measure, measure

__all__ = ["MockEngine", "Plan"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What will happen: ``result``, streamed in ``chunks``; or ``error``.

    With ``after_chunks``, ``error`` comes inside the stream, after so many pieces of ``result``; without, before all.
    ``stopped_by`` is the stop sequence at which the result ends.
    """

    result: GenerationResult = field(default_factory=GenerationResult)
    chunks: Sequence[str] | None = None
    error: ProviderError | None = None
    after_chunks: int | None = None
    stopped_by: str | None = None


class MockEngine:
    """A script, played for one provider. ``title`` is its name in answers, ``model`` answers where none is named."""

    def __init__(
        self,
        *,
        provider: str,
        title: str,
        model: str,
        capabilities: Capabilities,
        dialect: Dialect,
        script: MockScript,
        max_output_tokens: int | None = None,
    ) -> None:
        self.provider = provider
        self.title = title
        self.model = model
        self.capabilities = capabilities
        self.dialect = dialect
        self.script = script
        self._max_output_tokens = max_output_tokens

    async def plan(self, request: GenerationRequest, *, model: str, streamed: bool = False) -> Plan:
        """What happens to this request. Raises ScriptError where the script has nothing for it that can be given."""
        operation = "stream" if streamed else "generate"
        size = measure(request)
        if self.script.models and model not in (*self.script.models, self.model):
            missing = Failure(kind=NotFoundError)
            return Plan(error=self.error(missing, operation=operation, model=model, size=size))
        limits = self.capabilities.limits(model)
        too_long = self._too_long(request, model, size, limits.context_tokens, operation)
        if too_long is not None:
            return Plan(error=too_long)
        reply = await self._next(request, operation="generate", model=model)
        if isinstance(reply, Failure | ProviderError):
            return Plan(error=self.error(reply, operation=operation, model=model, size=size))
        if isinstance(reply, GenerationResult):
            return Plan(result=replace(reply, provider=reply.provider or self.provider, model=reply.model or model))
        interrupted = reply if isinstance(reply, Interrupted) else None
        answer = self._answer(reply.answer if isinstance(reply, Interrupted) else reply, request, model)
        most = request.max_output_tokens or self._max_output_tokens or limits.max_output_tokens
        result, stopped_by = self._compose(answer, request, model, size, most)
        if interrupted is None:
            return Plan(result=result, chunks=answer.chunks, stopped_by=stopped_by)
        return Plan(
            result=result,
            chunks=answer.chunks,
            error=self.error(interrupted.failure, operation=operation, model=model, size=size, in_stream=streamed),
            after_chunks=interrupted.after_chunks if streamed else None,
        )

    async def scripted_error(
        self, request: GenerationRequest, *, operation: Operation, model: str
    ) -> ProviderError | None:
        """The failure that the script has for a call that is not ``generate``, if any."""
        reply = await self._next(request, operation=operation, model=model)
        if reply is None:
            return None
        if isinstance(reply, Failure | ProviderError):
            return self.error(reply, operation=operation, model=model, size=measure(request))
        raise ScriptError(f"A rule for {operation} can only fail; its reply is a {type(reply).__name__}.")

    def error(
        self,
        failure: Failure | ProviderError,
        *,
        operation: str,
        model: str,
        size: Measure,
        in_stream: bool = False,
    ) -> ProviderError:
        """The error to raise, a new one each time, with the data that the real provider fills in."""
        prefix = self.dialect.request_id
        request_id = None if prefix is None else f"{prefix}standin{size.mark}"
        if isinstance(failure, Failure):
            return failure.build(
                provider=self.provider,
                operation=operation,
                model=model,
                dialect=self.dialect,
                request_id=request_id,
                in_stream=in_stream,
            )
        error = copy.copy(failure)
        error.provider = error.provider or self.provider
        error.operation = error.operation or operation
        return error

    async def _next(self, request: GenerationRequest, *, operation: Operation, model: str) -> ScriptedReply | None:
        """The script's reply; a function in it is asked for its own."""
        reply = self.script.take(request, operation=operation, model=model)
        if not callable(reply):
            return reply
        made = reply(request)
        return await made if isinstance(made, Awaitable) else made

    def _answer(self, reply: str | Answer | None, request: GenerationRequest, model: str) -> Answer:
        if isinstance(reply, str):
            return Answer(text=reply)
        if reply is None:
            return self._default(request, model)
        if not isinstance(reply, Answer):
            raise ScriptError(
                f"A reply is a text, an Answer, a GenerationResult or a failure, not {type(reply).__name__}."
            )
        if reply.is_default:
            said = self._default(request, model)
            return replace(said, finish_reason=reply.finish_reason, usage=reply.usage)
        return reply

    def _default(self, request: GenerationRequest, model: str) -> Answer:
        return default_answer(request, title=self.title, model=model, shows_reasoning=self.dialect.shows_reasoning)

    def _compose(
        self, answer: Answer, request: GenerationRequest, model: str, size: Measure, most: int | None
    ) -> tuple[GenerationResult, str | None]:
        if answer.tool_calls and not request.tools:
            names = ", ".join(call.name for call in answer.tool_calls)
            raise ScriptError(
                f"The script answers with a call of {names}, but the request offers no tools.",
                hint="Add tool=... to the rule's conditions, or offer the tool.",
            )
        return compose(
            answer,
            request,
            provider=self.provider,
            model=model,
            measure=size,
            dialect=self.dialect,
            most=most,
        )

    def _too_long(
        self, request: GenerationRequest, model: str, size: Measure, context: int | None, operation: str
    ) -> ProviderError | None:
        if context is None or size.tokens + (request.max_output_tokens or 0) <= context:
            return None
        message = self.dialect.too_long.format(tokens=size.tokens + (request.max_output_tokens or 0), limit=context)
        failure = Failure(kind=ContextLengthExceededError, message=message)
        return self.error(failure, operation=operation, model=model, size=size)
