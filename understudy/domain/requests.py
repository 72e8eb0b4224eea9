"""What is asked of a text generator."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, TypedDict, Unpack, cast

from understudy.domain.errors import near_match
from understudy.domain.messages import Message

__all__ = [
    "GenerationOptions",
    "GenerationRequest",
    "Prompt",
    "ReasoningEffort",
    "Schema",
    "Tool",
    "ToolChoice",
    "json_schema",
]

ReasoningEffort: TypeAlias = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]

ToolChoice: TypeAlias = str
"""``auto`` lets the model decide, ``none`` forbids tools, ``required`` demands one; any other word names the tool."""

Schema: TypeAlias = Mapping[str, Any] | type[Any]
"""A JSON Schema, or a class that has one to give: a pydantic model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A function that the model may ask for. ``parameters`` is the JSON Schema of its arguments, an object."""

    name: str
    description: str = ""
    parameters: Mapping[str, Any] = field(default_factory=lambda: {"type": "object", "properties": {}})
    strict: bool | None = None


class GenerationOptions(TypedDict, total=False):
    """The keyword options of ``generate``, ``generate_stream`` and ``stream``; each is a field of GenerationRequest."""

    model: str | None
    system: str | None
    tools: Sequence[Tool]
    tool_choice: ToolChoice | None
    response_schema: Schema | None
    temperature: float | None
    top_p: float | None
    stop: Sequence[str]
    seed: int | None
    max_output_tokens: int | None
    reasoning_effort: ReasoningEffort | None
    user: str | None
    metadata: Mapping[str, str]
    options: Mapping[str, Any]
    timeout: float | None
    idempotency_key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationRequest:
    """One request, in the terms that all providers share.

    Defaults of None leave the choice to the provider. ``model`` None takes the one of the settings. ``system`` comes
    before any system message. ``options`` go into the provider's request body untouched, over what this library put
    there. ``timeout`` is the total deadline in seconds for this call, in place of the settings' ``http.timeout.total``.
    """

    messages: tuple[Message, ...]
    model: str | None = None
    system: str | None = None
    tools: tuple[Tool, ...] = ()
    tool_choice: ToolChoice | None = None
    response_schema: Schema | None = None
    temperature: float | None = None
    top_p: float | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    max_output_tokens: int | None = None
    reasoning_effort: ReasoningEffort | None = None
    user: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    timeout: float | None = None
    idempotency_key: str | None = None

    @classmethod
    def of(cls, prompt: Prompt, **options: Unpack[GenerationOptions]) -> GenerationRequest:
        """A request from what a caller may pass: a string, messages, or a request to be changed by ``options``.

        Raises TypeError for an option that does not exist, for a value and for a prompt of another type.
        """
        changes = cast("dict[str, Any]", options)
        for name, value in changes.items():
            _check_option(name, value)
        if "tools" in changes:
            changes["tools"] = tuple(changes["tools"])
            for tool in changes["tools"]:
                if not isinstance(tool, Tool):
                    raise TypeError(f"The option 'tools' is a sequence of Tool; this has in it {_article(tool)}.")
        if "stop" in changes:
            stop = changes["stop"]
            changes["stop"] = (stop,) if isinstance(stop, str) else tuple(stop)
        if isinstance(prompt, GenerationRequest):
            return replace(prompt, **changes) if changes else prompt
        if isinstance(prompt, str):
            return cls(messages=(Message("user", prompt),), **changes)
        if isinstance(prompt, Message):
            return cls(messages=(prompt,), **changes)
        given: object = prompt  # whatever a caller without a type checker passes
        messages = tuple(given) if isinstance(given, Iterable) else (given,)
        for message in messages:
            if not isinstance(message, Message):
                raise TypeError(
                    "A prompt is a string, a Message, a sequence of Message, or a GenerationRequest; "
                    f"this is, or has in it, {_article(message)}."
                )
        return cls(messages=messages, **changes)

    @property
    def system_text(self) -> str:
        """``system`` and the text of all system messages, a blank line between them; empty where there is none."""
        texts = [self.system] if self.system else []
        texts.extend(message.text for message in self.messages if message.role == "system")
        return "\n\n".join(texts)

    @property
    def turns(self) -> tuple[Message, ...]:
        """The messages that are not system messages."""
        return tuple(message for message in self.messages if message.role != "system")


_TEXT: tuple[type, ...] = (str, type(None))
_NUMBER: tuple[type, ...] = (int, float, type(None))
_KINDS: Mapping[str, tuple[tuple[type, ...], str]] = MappingProxyType(
    {
        "model": (_TEXT, "a string"),
        "system": (_TEXT, "a string"),
        "tools": ((Iterable,), "a sequence of Tool"),
        "tool_choice": (_TEXT, "a string"),
        "response_schema": ((Mapping, type, type(None)), "a JSON Schema or a class that has one"),
        "temperature": (_NUMBER, "a number"),
        "top_p": (_NUMBER, "a number"),
        "stop": ((Iterable,), "a string or a sequence of strings"),
        "seed": ((int, type(None)), "a whole number"),
        "max_output_tokens": ((int, type(None)), "a whole number"),
        "reasoning_effort": (_TEXT, "a string"),
        "user": (_TEXT, "a string"),
        "metadata": ((Mapping,), "a mapping of strings"),
        "options": ((Mapping,), "a mapping"),
        "timeout": (_NUMBER, "a number of seconds"),
        "idempotency_key": (_TEXT, "a string"),
    }
)


def _check_option(name: str, value: object) -> None:
    if name not in _KINDS:
        near = near_match(name, _KINDS)
        meant = f" Did you mean {near!r}?" if near else ""
        raise TypeError(
            f"There is no option {name!r}.{meant} What only one provider knows goes into options={{...}}; "
            f"there are: {', '.join(_KINDS)}."
        )
    types, kind = _KINDS[name]
    if not isinstance(value, types):
        raise TypeError(f"The option {name!r} is {kind}, not {_article(value)}.")


def _article(value: object) -> str:
    return "None" if value is None else f"a value of type {type(value).__name__}"


Prompt: TypeAlias = str | Message | Sequence[Message] | GenerationRequest


def json_schema(schema: Schema) -> dict[str, Any]:
    """The JSON Schema itself. Raises TypeError where a class has none to give."""
    if isinstance(schema, Mapping):
        return dict(schema)
    give: Callable[[], dict[str, Any]] | None = getattr(schema, "model_json_schema", None)
    if give is None:
        raise TypeError(f"{schema!r} is neither a JSON Schema nor a class with model_json_schema().")
    return give()
