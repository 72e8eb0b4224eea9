"""What is said to a model and what it says back: messages made of ordered parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, get_args

__all__ = [
    "ImagePart",
    "Message",
    "Part",
    "ReasoningPart",
    "Role",
    "TextPart",
    "ToolCallPart",
    "ToolResultPart",
]

Role: TypeAlias = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True, slots=True)
class TextPart:
    """Plain text."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagePart:
    """An image, by its bytes (with their media type) or by a URL that the provider fetches: exactly one of the two."""

    data: bytes | None = field(default=None, repr=False)
    url: str | None = None
    media_type: str = "image/png"

    def __post_init__(self) -> None:
        if (self.data is None) == (self.url is None):
            raise ValueError("An ImagePart takes exactly one of data and url.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasoningPart:
    """What the model thought before it answered.

    ``signature`` is the provider's opaque proof that goes back unchanged with the next request (Anthropic
    ``signature``, Gemini ``thoughtSignature``, OpenAI ``encrypted_content``); ``redacted`` is set where only the opaque
    form was given; ``id`` is the item's id where the provider has one.
    """

    text: str = ""
    signature: str | None = field(default=None, repr=False)
    redacted: bool = False
    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCallPart:
    """The model asks for a tool to be called.

    ``arguments`` are parsed; where the model wrote something that is not a JSON object, ``arguments`` is empty and
    ``arguments_error`` says why, with the model's own text in ``arguments_text``. ``signature`` as in ReasoningPart.
    """

    id: str
    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    arguments_text: str | None = None
    arguments_error: str | None = None
    signature: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResultPart:
    """What the tool answered. ``name`` is the tool's name, which Gemini and Ollama need beside the call's id."""

    tool_call_id: str
    content: str
    name: str | None = None
    is_error: bool = False


Part: TypeAlias = TextPart | ImagePart | ReasoningPart | ToolCallPart | ToolResultPart

_ROLES = get_args(Role)
_PARTS = get_args(Part)


@dataclass(frozen=True, slots=True)
class Message:
    """One turn: who speaks, and the parts in order. ``content`` may be given as a string or as parts.

    Raises ValueError for another role and TypeError for content that is neither, which a provider would leave out.
    """

    role: Role
    content: tuple[Part, ...]

    def __init__(self, role: Role, content: str | Part | Iterable[Part]) -> None:
        parts: tuple[Part, ...]
        if isinstance(content, str):
            parts = (TextPart(content),)
        elif isinstance(content, Iterable):
            parts = tuple(content)
        else:
            parts = (content,)
        if role not in _ROLES:
            raise ValueError(f"{role!r} is not the role of a message: {', '.join(_ROLES)}.")
        for part in parts:
            if not isinstance(part, _PARTS):
                raise TypeError(f"A message's content is a string or parts, as TextPart; this is {_kind(part)}.")
        object.__setattr__(self, "role", role)
        object.__setattr__(self, "content", parts)

    @classmethod
    def system(cls, content: str | Part | Iterable[Part]) -> Message:
        """What the model is told about its task."""
        return cls("system", content)

    @classmethod
    def user(cls, content: str | Part | Iterable[Part]) -> Message:
        """What the user says."""
        return cls("user", content)

    @classmethod
    def assistant(cls, content: str | Part | Iterable[Part]) -> Message:
        """What the model said; pass a result's ``parts`` to go on with a conversation."""
        return cls("assistant", content)

    @classmethod
    def tool(cls, content: ToolResultPart | Iterable[ToolResultPart]) -> Message:
        """What the tools answered."""
        return cls("tool", content)

    @property
    def text(self) -> str:
        """The text parts, joined."""
        return "".join(part.text for part in self.content if isinstance(part, TextPart))


def _kind(value: object) -> str:
    return "None" if value is None else f"of type {type(value).__name__}"
