"""Every recorded answer of a real service, read by our providers, agrees with what the official SDK read from it."""

import json
import re
import traceback
from functools import cache
from pathlib import Path

import yaml

from understudy.domain.errors import (
    AuthenticationError,
    ContentFilteredError,
    ContextLengthExceededError,
    HTTPClientError,
    InvalidRequestError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    ProviderError,
    QuotaExceededError,
    RateLimitError,
    ResponseDecodeError,
    ServerError,
)
from understudy.domain.results import FinishEvent, FinishReason, TextEvent, ToolCallEvent

STATUSES = {
    400: InvalidRequestError,
    401: AuthenticationError,
    402: QuotaExceededError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: InvalidRequestError,
    413: InvalidRequestError,
    422: InvalidRequestError,
    429: RateLimitError,
    500: ServerError,
    502: ServerError,
    503: OverloadedError,
    504: ServerError,
    529: OverloadedError,
}

# What a body says of itself is more exact than its status.
BODIES = (
    (r"insufficient_quota|credit balance is too low", QuotaExceededError),
    (
        r"context_length_exceeded|exceed_context_size|prompt(?: is)? too long|maximum number of tokens allowed",
        ContextLengthExceededError,
    ),
    (r'"content_filter"|content_policy_violation|ResponsibleAIPolicyViolation', ContentFilteredError),
    (r"model_not_found|invalid_model", NotFoundError),
    (r"API_KEY_INVALID|Incorrect API key|unregistered callers", AuthenticationError),
)

# The statuses that say too little for that not to count, and an error inside a stream, which has none.
VAGUE = (400, 403, 429, None)

# The SDKs' failures to read an answer; every other class is what the service says.
UNREADABLE = (
    "TypeError",
    "AttributeError",
    "KeyError",
    "IndexError",
    "ValueError",
    "ValidationError",
    "JSONDecodeError",
    "UnicodeDecodeError",
    "UnknownApiResponseError",
    "APIResponseValidationError",
)


async def test_our_reading_agrees_with_the_official_sdk(entries, play, record_property):
    """Text, reasoning, tool calls, usage and finish reason, or the error's class and status, for each entry."""
    counts = {"read": len(entries), "agreed": 0, "excepted": 0, "failed": 0}
    failures = []
    for entry in entries:
        try:
            differences = await compare(entry, play)
        except Exception as error:  # noqa: BLE001 (one odd entry must not hide the others)
            differences = {"crash": "".join(traceback.format_exception(error))}
        if not differences:
            counts["agreed"] += 1
        elif excepted(entry, differences):
            counts["excepted"] += 1
        else:
            counts["failed"] += 1
            lines = "".join(f"\n    {field}: {words}" for field, words in differences.items())
            failures.append(f"{entry.id} ({entry.provider} {entry.api}){lines}")
    record_property("corpus", counts)
    assert not failures, "\n".join(["corpus: " + str(counts), *failures])


async def compare(entry, play):
    """What differs, by field; empty where all agrees."""
    try:
        events, result = await play(entry)
    except ProviderError as error:
        return compare_errors(entry, error)
    if entry.oracle["error"]:
        return {"error": f"expected {entry.oracle['error']['class']}, got {result!r}"}
    expected, got = readings(entry, result)
    differences = {
        name: f"expected {expected[name]!r}, got {got[name]!r}" for name in expected if expected[name] != got[name]
    }
    if entry.streaming and (wrong := wrong_events(events, result)):
        differences["events"] = wrong
    return differences


def compare_errors(entry, error):
    sdk = entry.oracle["error"]
    if not sdk:
        # An error that the SDK hands out as a part of the answer is raised here.
        if entry.oracle.get("error_in_body") and not isinstance(error, HTTPClientError):
            return {}
        return {"error": f"expected none, got {type(error).__name__}: {error}"}
    # Errors inside a stream have a code, or what the stream began with.
    status = sdk["status"] if isinstance(sdk["status"], int) and sdk["status"] >= 400 else None
    if status is not None and error.status != status:
        return {"error": f"expected status {status}, got {error.status}"}
    text = entry.body.decode(errors="replace")
    said = next((kind for pattern, kind in BODIES if re.search(pattern, text)), None)
    if said and status in VAGUE:
        agrees = type(error) is said
    elif status is not None:
        # A class below the status's own is the same fault, told more exactly.
        agrees = isinstance(error, status_class(status))
    else:
        # The service's error, or an answer that neither of us can read.
        agrees = isinstance(error, ResponseDecodeError) is (sdk["class"] in UNREADABLE)
    return {} if agrees else {"error": f"expected {sdk}, got {type(error).__name__}: {error}"}


def status_class(status):
    return STATUSES.get(status) or (ServerError if status >= 500 else InvalidRequestError)


def readings(entry, result):
    """The SDK's reading and ours, in the same terms."""
    oracle = entry.oracle
    calls = oracle["tool_calls"] or []
    expected = {
        "text": expected_text(oracle["text"], "text"),
        "tool_calls": [(call["name"], expected_arguments(call["arguments"])) for call in calls],
        "call_ids": [call.get("id") or ours.id for call, ours in zip(calls, result.tool_calls, strict=False)],
        "usage": expected_usage(entry.api, oracle["usage"]),
        "finish_reason": expected_finish(entry.api, oracle),
        "refusal": oracle.get("refusal") or None,
    }
    got = {
        "text": result.text,
        "tool_calls": [(call.name, our_arguments(call)) for call in result.tool_calls],
        "call_ids": [call.id for call in result.tool_calls[: len(calls)]],
        "usage": result.usage and usage_of(result.usage),
        "finish_reason": (result.finish_reason_raw or None, result.finish_reason.value),
        "refusal": result.refusal,
    }
    if "refusal" not in oracle:
        del expected["refusal"]
    if oracle.get("reasoning"):
        expected["reasoning"], got["reasoning"] = oracle["reasoning"], result.reasoning
    elif isinstance(oracle["text"], list):
        expected["reasoning"], got["reasoning"] = expected_text(oracle["text"], "thinking"), result.reasoning
    if type(oracle["text"]) is dict:
        got["text"] = json.loads(result.text)
    return expected, got


def expected_text(text, kind):
    """Mistral's list of parts, flattened; everything else as it is."""
    if not isinstance(text, list):
        return text or ""
    found = [part[kind] for part in text if kind in part and part["type"] == kind]
    return "".join(piece if isinstance(piece, str) else expected_text(piece, "text") for piece in found)


def expected_arguments(arguments):
    """The oracle keeps text that is not JSON; no text is no arguments."""
    if not isinstance(arguments, str):
        return arguments or {}
    try:
        return (json.loads(arguments) if arguments.strip() else {}) or {}
    except ValueError:
        return arguments


def our_arguments(call):
    return expected_arguments(call.arguments_text) if call.arguments_error else call.arguments


def expected_finish(api, oracle):
    word = oracle["finish_reason"]
    blocked = None if word else oracle.get("block_reason")  # Gemini's reason to answer nothing at all
    said = "content_filter" if blocked else finish_reasons()[api].get(word, "other")
    if said == "stop" and oracle["tool_calls"] and api != "messages":
        said = "tool_calls"
    return (word.removeprefix("incomplete:") if word else blocked, said)


def expected_usage(api, usage):
    """Input with cache, output with reasoning, cache read, cache written, reasoning: from the provider's own fields."""
    if not usage or not any(isinstance(value, int) for value in usage.values()):
        return None

    def number(*path):
        value = usage
        for key in path:
            value = (value or {}).get(key)
        return int(value or 0)

    if api == "messages":
        written, read = number("cache_creation_input_tokens"), number("cache_read_input_tokens")
        thoughts = number("output_tokens_details", "thinking_tokens")
        return (number("input_tokens") + written + read, number("output_tokens"), read, written, thoughts)
    if api == "responses":
        return (
            number("input_tokens"),
            number("output_tokens"),
            number("input_tokens_details", "cached_tokens"),
            number("input_tokens_details", "cache_write_tokens"),
            number("output_tokens_details", "reasoning_tokens"),
        )
    if api == "generateContent":
        thoughts = number("thoughts_token_count")
        return (
            number("prompt_token_count") + number("tool_use_prompt_token_count"),
            number("candidates_token_count") + thoughts,
            number("cached_content_token_count"),
            0,
            thoughts,
        )
    if api.startswith("ollama"):
        return (number("prompt_eval_count"), number("eval_count"), 0, 0, 0)
    reasoning = number("completion_tokens_details", "reasoning_tokens") or number("reasoning_tokens")
    # xAI leaves reasoning out of completion_tokens; the total has it.
    output = max(number("completion_tokens"), number("total_tokens") - number("prompt_tokens"))
    cached = (
        number("prompt_tokens_details", "cached_tokens")
        or number("prompt_cache_hit_tokens")
        or number("cached_tokens")
        or number("num_cached_tokens")
        or number("cache_read_input_tokens")
    )
    written = number("prompt_tokens_details", "cache_write_tokens") or number("cache_creation_input_tokens")
    return (number("prompt_tokens"), output, cached, written, reasoning)


def usage_of(usage):
    return (
        usage.input_tokens,
        usage.output_tokens,
        usage.cached_tokens,
        usage.cache_write_tokens,
        usage.reasoning_tokens,
    )


def wrong_events(events, result):
    """What in the events does not add up to the result."""
    if type(events[-1]) is not FinishEvent or events[-1].result is not result:
        return "the last event is not the finish with the result"
    text = "".join(event.text for event in events if type(event) is TextEvent)
    if text != result.text:
        return f"text events {text!r}, result {result.text!r}"
    calls = [event.call for event in events if type(event) is ToolCallEvent]
    if any(call not in calls for call in result.tool_calls):
        return f"tool call events {calls!r}, result {result.tool_calls!r}"
    return None


@cache
def exceptions():
    return data("exceptions.yaml")


@cache
def finish_reasons():
    return data("finish_reasons.yaml")


def data(name):
    return yaml.safe_load(Path(__file__).with_name(name).read_text())


def excepted(entry, differences):
    """Whether a rule of the data file covers the entry, and everything in which it differs."""
    return any(
        matches(entry, rule["match"])
        and differences.keys() <= set(rule["fields"])
        and re.search(rule.get("got", ""), " ".join(differences.values()))
        for rule in exceptions()
    )


def matches(entry, conditions):
    for key, value in conditions.items():
        if key == "body":
            if not re.search(value, entry.body.decode(errors="replace"), re.DOTALL):
                return False
        elif key == "error.class":
            if not re.fullmatch(value, (entry.oracle["error"] or {}).get("class", "")):
                return False
        elif entry.oracle.get(key, getattr(entry, key, ...)) != value:
            return False
    return True


def test_every_exception_has_a_reason():
    """The list stays short, and each rule says why."""
    assert len(exceptions()) <= 12
    assert all(len(rule["reason"]) > 40 and rule["fields"] for rule in exceptions())


def test_the_table_of_finish_reasons_uses_our_vocabulary():
    """A slip in the table would be a difference that nobody understands."""
    words = {word for table in finish_reasons().values() for word in table.values()}
    assert words <= set(FinishReason)
