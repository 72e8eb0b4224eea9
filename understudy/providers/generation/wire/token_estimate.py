"""About how many tokens a request takes, for a limiter that must know before the service has counted."""

from __future__ import annotations

from understudy.domain.messages import ImagePart, Part, ReasoningPart, TextPart, ToolResultPart
from understudy.domain.requests import GenerationRequest

__all__ = ["estimate_tokens"]

_CHARACTERS = 4  # make about one token
_IMAGE = 1500  # tokens, whatever its size in bytes: services scale images down


def estimate_tokens(request: GenerationRequest) -> int:
    """Tokens of what is sent, roughly; what will be answered is not known."""
    characters = len(request.system or "")
    images = 0
    for message in request.messages:
        for part in message.content:
            if isinstance(part, ImagePart):
                images += 1
            else:
                characters += _length(part)
    characters += sum(len(tool.description) + len(str(tool.parameters)) for tool in request.tools)
    return characters // _CHARACTERS + images * _IMAGE


def _length(part: Part) -> int:
    if isinstance(part, TextPart | ReasoningPart):
        return len(part.text)
    if isinstance(part, ToolResultPart):
        return len(part.content)
    return len(str(part))
