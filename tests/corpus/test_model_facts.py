"""No request that a service has answered in the recordings is one that our facts about its models refuse."""

import json
from pathlib import Path
from typing import Any

import pytest

from understudy.domain.capabilities import check_request
from understudy.domain.errors import UnsupportedCapabilityError
from understudy.domain.requests import GenerationRequest, Tool
from understudy.providers.generation.anthropic.spec import SPEC as CLAUDE
from understudy.providers.generation.gemini.spec import SPEC as GEMINI
from understudy.providers.generation.openai.spec import SPEC as CODEX

SPECS = {"anthropic": CLAUDE, "openai": CODEX, "gemini": GEMINI, "vertex": GEMINI}


def test_what_a_service_answered_is_not_refused(piece) -> None:
    path, start = piece
    lines = Path(path).read_text("utf-8").splitlines()[start : start + 60]

    for entry in map(json.loads, lines):
        asked = entry["request"].get("json")
        spec = SPECS.get(entry["provider"])
        if spec is None or not isinstance(asked, dict) or entry["response"]["status"] >= 300:
            continue
        model = asked.get("model") or entry["request"]["path"].rpartition("/")[2].partition(":")[0]
        request = GenerationRequest.of("hi", **options_of(asked))
        try:
            check_request(request, spec.capabilities, provider=spec.name, model=model)
        except UnsupportedCapabilityError as error:
            pytest.fail(f"{entry['id']}: the service answered this: {error}")


def options_of(asked: dict[str, Any]) -> dict[str, Any]:
    """The options of a recorded request of any of the APIs, as far as models differ in them."""
    config = asked.get("generationConfig") or {}
    output, reasoning = asked.get("output_config") or {}, asked.get("reasoning") or {}
    thinking = config.get("thinkingConfig") or {}
    level = thinking.get("thinkingLevel") or thinking.get("thinking_level")
    options = {
        "temperature": asked.get("temperature", config.get("temperature")),
        "top_p": asked.get("top_p", config.get("topP")),
        "reasoning_effort": level or asked.get("reasoning_effort") or output.get("effort") or reasoning.get("effort"),
    }
    choice = asked.get("tool_choice")
    kind = choice.get("type") if isinstance(choice, dict) else choice
    if kind in ("any", "tool", "required", "function"):
        options |= {"tools": [Tool(name="t")], "tool_choice": "required"}
    given = {name: value for name, value in options.items() if value is not None}
    return {name: value.lower() if isinstance(value, str) else value for name, value in given.items()}
