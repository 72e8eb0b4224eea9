"""What the stand-in says where no script says it: made from the request, and labelled."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from understudy.domain.errors import ScriptError
from understudy.domain.messages import ImagePart, ToolCallPart
from understudy.domain.requests import GenerationRequest, Schema, json_schema
from understudy.providers.generation.mock.answers import Answer
from understudy.providers.generation.mock.matching import turn_text
from understudy.providers.generation.mock.schemas import SchemaError, instance, problem

__all__ = ["checked_json", "default_answer"]

_EXCERPT = 200


def default_answer(request: GenerationRequest, *, title: str, model: str, shows_reasoning: bool) -> Answer:
    """A tool call where one is demanded, JSON where a schema is given, else a text that says what it is."""
    reasoning = None
    if shows_reasoning and request.reasoning_effort not in (None, "none"):
        reasoning = f"The stand-in for {title} does not reason; it was asked for {request.reasoning_effort} effort."
    if request.tool_choice not in (None, "auto", "none"):
        return Answer(reasoning=reasoning, tool_calls=(_call(request),))
    if request.response_schema is not None:
        return Answer(reasoning=reasoning, json=_value(request.response_schema))
    last = request.messages[-1]
    said = turn_text(last)
    excerpt = f"{said[:_EXCERPT]}…" if len(said) > _EXCERPT else said
    images = sum(isinstance(part, ImagePart) for part in last.content)
    shown = f" You showed {images} image{'' if images == 1 else 's'}." if images else ""
    verb = "The tool answered" if last.role == "tool" else "You said"
    text = f"This is the stand-in for {title} ({model}), not the model itself.{shown} {verb}: {excerpt}"
    return Answer(text=text, reasoning=reasoning)


def checked_json(value: Any, schema: Schema | None) -> str:
    """A scripted value as JSON. Raises ScriptError where the request's schema does not allow it."""
    if schema is not None:
        reason = problem(value, json_schema(schema))
        if reason is not None:
            raise ScriptError(
                f"The scripted json does not fit the request's response_schema: {reason}.",
                hint="Mend the script, or give the same as 'text' to answer what the service would not.",
            )
    return json.dumps(value, ensure_ascii=False)


def _call(request: GenerationRequest) -> ToolCallPart:
    named = request.tool_choice
    tool = next((tool for tool in request.tools if tool.name == named), request.tools[0])
    arguments = instance({"type": "object", **tool.parameters})
    return ToolCallPart(id="", name=tool.name, arguments=arguments)


def _value(schema: Schema) -> Any:
    value = instance(json_schema(schema))
    validate: Callable[[Any], Any] | None = getattr(schema, "model_validate", None)
    if validate is not None:
        try:
            validate(value)
        except ValueError as error:
            first = str(error).strip().splitlines()[-1 if len(str(error).splitlines()) == 1 else 2].strip()
            raise SchemaError(f"the class has validators of its own that refuse it ({first})", path="#") from None
    return value
