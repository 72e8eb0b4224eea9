"""Gemini's answers: whole, streamed and refused, the usual and the odd."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from understudy.domain.errors import (
    AuthenticationError,
    ContextLengthExceededError,
    InvalidRequestError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    ProviderError,
    QuotaExceededError,
    RateLimitError,
    ResponseDecodeError,
    ServerError,
    StreamInterruptedError,
    UnderstudyError,
)
from understudy.domain.generation import ModelInfo
from understudy.domain.messages import ImagePart, ReasoningPart, TextPart, ToolCallPart
from understudy.domain.results import (
    FinishReason,
    GenerationResult,
    ReasoningEvent,
    StreamEvent,
    TextEvent,
    ToolCallEvent,
    Usage,
    UsageEvent,
)
from understudy.providers.generation.gemini.codec import GeminiCodec
from understudy.providers.generation.wire.codec import ErrorAnswer

CODEC = GeminiCodec()


def body(*parts: Any, finish: Any = "STOP", **fields: Any) -> dict[str, Any]:
    candidate = {"content": {"parts": list(parts), "role": "model"}, "index": 0}
    if finish is not None:
        candidate["finishReason"] = finish
    return {"candidates": [candidate], "modelVersion": "gemini-x", "responseId": "r1", **fields}


def call(name: str | None = None, **fields: Any) -> dict[str, Any]:
    return {"functionCall": {"name": name, **fields} if name else fields}


def stream(*frames: Any) -> tuple[list[StreamEvent], GenerationResult]:
    decoder = CODEC.decoder()
    events = [event for frame in frames for event in decoder.feed(frame, None)]
    return events, decoder.result()


def test_an_answer_is_read_part_by_part_in_order() -> None:
    result = CODEC.decode(
        body(
            {"text": "Hm.", "thought": True},
            {"text": "I'll look.", "thoughtSignature": "s1"},
            {"functionCall": {"name": "look", "args": {"at": "it"}, "id": "g1"}, "thoughtSignature": "s2"},
            {"inlineData": {"mimeType": "image/png", "data": "iVBORw=="}},
            {"executableCode": {"language": "PYTHON", "code": "1"}},
            {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1"}},
        )
    )
    assert result.parts == (
        ReasoningPart(text="Hm."),
        TextPart("I'll look."),
        ReasoningPart(signature="s1", redacted=True),
        ToolCallPart(id="g1", name="look", arguments={"at": "it"}, signature="s2"),
        ImagePart(data=b"\x89PNG", media_type="image/png"),
    )
    assert (result.text, result.reasoning) == ("I'll look.", "Hm.")
    assert (result.model, result.response_id) == ("gemini-x", "r1")
    assert (result.finish_reason, result.finish_reason_raw) == (FinishReason.TOOL_CALLS, "STOP")


def test_calls_without_ids_get_ids_that_are_stable_and_differ_between_answers() -> None:
    parts = [call("a"), call("b", args=None)]
    first, again = CODEC.decode(body(*parts)), CODEC.decode(body(*parts))
    other = CODEC.decode(body(*parts, responseId="r/2="))
    ids = [found.id for found in first.tool_calls]
    assert ids == ["understudy-r1-0", "understudy-r1-1"] == [found.id for found in again.tool_calls]
    assert [found.id for found in other.tool_calls] == ["understudy-r2-0", "understudy-r2-1"]
    assert [found.arguments for found in first.tool_calls] == [{}, {}]


def test_of_several_candidates_the_one_with_index_0_counts() -> None:
    second = {"content": {"parts": [{"text": "B"}]}, "index": 1, "finishReason": "SAFETY"}
    answer = body({"text": "A"})
    answer["candidates"].insert(0, second)
    result = CODEC.decode(answer)
    assert (result.text, result.finish_reason_raw) == ("A", "STOP")


def test_usage_counts_thoughts_into_the_output_and_what_tools_read_into_the_input() -> None:
    counts = {
        "promptTokenCount": 10,
        "toolUsePromptTokenCount": 100,
        "candidatesTokenCount": 5,
        "thoughtsTokenCount": 50,
        "cachedContentTokenCount": 4,
        "totalTokenCount": 165,
    }
    usage = CODEC.decode(body(usageMetadata=counts)).usage
    assert usage == Usage(input_tokens=110, output_tokens=55, cached_tokens=4, reasoning_tokens=50)
    assert usage.total_tokens == 165


@pytest.mark.parametrize("counts", [{"usageMetadata": {"trafficType": "ON_DEMAND"}}, {"usageMetadata": None}, {}])
def test_usage_is_unknown_where_nothing_was_counted(counts: dict[str, Any]) -> None:
    assert CODEC.decode(body(**counts)).usage is None


@pytest.mark.parametrize(
    ("finish", "raw", "reason"),
    [
        ("STOP", "STOP", FinishReason.STOP),
        ("MAX_TOKENS", "MAX_TOKENS", FinishReason.LENGTH),
        ("SAFETY", "SAFETY", FinishReason.CONTENT_FILTER),
        ("RECITATION", "RECITATION", FinishReason.CONTENT_FILTER),
        ("PROHIBITED_CONTENT", "PROHIBITED_CONTENT", FinishReason.CONTENT_FILTER),
        ("MALFORMED_FUNCTION_CALL", "MALFORMED_FUNCTION_CALL", FinishReason.ERROR),
        ("UNEXPECTED_TOOL_CALL", "UNEXPECTED_TOOL_CALL", FinishReason.ERROR),
        ("OTHER", "OTHER", FinishReason.OTHER),
        ("NEW_REASON", "NEW_REASON", FinishReason.OTHER),
        (1, "STOP", FinishReason.STOP),
        (2, "MAX_TOKENS", FinishReason.LENGTH),
        (99, "99", FinishReason.OTHER),
        (0, None, FinishReason.OTHER),
        (None, None, FinishReason.OTHER),
        (True, None, FinishReason.OTHER),
    ],
)
def test_finish_reasons_in_words_and_in_numbers(finish: Any, raw: str | None, reason: FinishReason) -> None:
    result = CODEC.decode(body({"text": "x"}, finish=finish))
    assert (result.finish_reason, result.finish_reason_raw) == (reason, raw)


def test_a_refused_prompt_is_an_empty_answer_of_the_content_filter() -> None:
    feedback = {"blockReason": "PROHIBITED_CONTENT", "blockReasonMessage": "Not this."}
    result = CODEC.decode({"promptFeedback": feedback, "usageMetadata": {"promptTokenCount": 3}})
    assert (result.text, result.parts) == ("", ())
    assert (result.finish_reason, result.finish_reason_raw) == (FinishReason.CONTENT_FILTER, "PROHIBITED_CONTENT")
    assert (result.refusal, result.usage) == ("Not this.", Usage(input_tokens=3))


def test_a_candidate_without_content_is_empty_with_its_reason() -> None:
    result = CODEC.decode({"candidates": [{"finishReason": "SAFETY", "content": {}}]})
    assert (result.text, result.finish_reason) == ("", FinishReason.CONTENT_FILTER)


@pytest.mark.parametrize("answer", [None, {}, [], "x", [body({"text": "x"})], {"message": "hello"}])
def test_what_is_not_an_answer_is_no_success(answer: Any) -> None:
    with pytest.raises(ResponseDecodeError):
        CODEC.decode(answer)


def test_an_error_that_is_null_is_none() -> None:
    assert CODEC.decode(body({"text": "x"}, error=None)).text == "x"


def test_an_image_that_cannot_be_read_is_left_out() -> None:
    broken = {"inlineData": {"mimeType": "image/png", "data": "%%%"}}
    sound = {"inlineData": {"mimeType": "audio/wav", "data": "AAAA"}}
    assert CODEC.decode(body(broken, sound, {"text": "x"})).parts == (TextPart("x"),)


def test_a_stream_gives_text_thoughts_and_calls_as_they_come() -> None:
    counts = {"promptTokenCount": 1, "candidatesTokenCount": 2}
    events, result = stream(
        body({"text": "Hm", "thought": True}, finish=None, usageMetadata={"trafficType": "ON_DEMAND"}),
        body({"text": "m.", "thought": True}, finish=None),
        body({"text": "I'll "}, finish=None),
        body({"text": "look."}, call("look", args={"at": "it"}), finish=None),
        body({"text": "", "thoughtSignature": "s"}, usageMetadata=counts),
    )
    made = ToolCallPart(id="understudy-r1-0", name="look", arguments={"at": "it"})
    usage = Usage(input_tokens=1, output_tokens=2)
    assert events == [
        ReasoningEvent("Hm"),
        ReasoningEvent("m."),
        TextEvent("I'll "),
        TextEvent("look."),
        ToolCallEvent(made),
        UsageEvent(usage),
    ]
    assert result.parts == (
        ReasoningPart(text="Hmm."),
        TextPart("I'll look."),
        made,
        ReasoningPart(signature="s", redacted=True),
    )
    assert (result.usage, result.finish_reason) == (usage, FinishReason.TOOL_CALLS)


def test_two_signed_texts_do_not_become_one() -> None:
    _, result = stream(body({"text": "A", "thoughtSignature": "a"}), body({"text": "B", "thoughtSignature": "b"}))
    assert [part for part in result.parts if isinstance(part, TextPart)] == [TextPart("A"), TextPart("B")]
    assert [part.signature for part in result.parts if isinstance(part, ReasoningPart)] == ["a", "b"]


def test_a_signature_without_thoughts_is_kept_and_thoughts_without_either_are_none() -> None:
    signed, empty = ({"text": "", "thought": True, **more} for more in ({"thoughtSignature": "s"}, {}))
    assert stream(body(signed))[1].parts == (ReasoningPart(text="", signature="s"),)
    assert stream(body(empty))[1].parts == ()


def test_arguments_that_come_in_pieces_are_put_together() -> None:
    def piece(path: str, *, more: bool = True, **value: Any) -> dict[str, Any]:
        return body(call(partialArgs=[{"jsonPath": path, **value}], willContinue=more), finish=None)

    events, result = stream(
        body({**call("write", willContinue=True), "thoughtSignature": "s"}, finish=None),
        piece("$.items[0].name", stringValue="app"),
        piece("$.items[0].name", stringValue="le"),
        piece("$.items[0].price", numberValue=0.5),
        piece("$.items[1]['the \"name\"']", boolValue=True),
        piece("$.note", nullValue="NULL_VALUE"),
        body(call(), finish=None),
        body(call("next", args={"a": 1})),
    )
    assert result.tool_calls == (
        ToolCallPart(
            id="understudy-r1-0",
            name="write",
            arguments={"items": [{"name": "apple", "price": 0.5}, {'the "name"': True}], "note": None},
            signature="s",
        ),
        ToolCallPart(id="understudy-r1-1", name="next", arguments={"a": 1}),
    )
    assert [event.call for event in events if isinstance(event, ToolCallEvent)] == list(result.tool_calls)


@pytest.mark.parametrize("path", ["", "$", "$.a[9]", "$..a", "$[0]", "a b", "$.b.c"])
def test_a_piece_without_a_place_makes_the_arguments_unreadable_not_wrong(path: str) -> None:
    pieces = [{"jsonPath": "$.b", "stringValue": "x"}, {"jsonPath": path, "stringValue": "y"}]
    _, result = stream(body(call("f", partialArgs=pieces)))
    (found,) = result.tool_calls
    assert found.arguments == {}
    assert path in (found.arguments_error or "")


def test_a_call_whose_pieces_never_end_says_so() -> None:
    _, result = stream(body(call("f", willContinue=True)))
    (found,) = result.tool_calls
    assert "ended before the arguments" in (found.arguments_error or "")


def test_a_stream_without_a_finish_reason_is_interrupted_and_keeps_its_text() -> None:
    decoder = CODEC.decoder()
    list(decoder.feed(body({"text": "Half"}, finish=None), None))
    assert not decoder.done
    with pytest.raises(StreamInterruptedError) as caught:
        decoder.result()
    assert caught.value.partial_text == "Half"


def test_a_prompt_refused_in_a_stream_is_its_end() -> None:
    events, result = stream({"promptFeedback": {"blockReason": "SAFETY"}})
    assert events == []
    assert (result.finish_reason, result.finish_reason_raw) == (FinishReason.CONTENT_FILTER, "SAFETY")


def test_a_stream_that_is_a_json_list_is_not_the_protocol() -> None:
    with pytest.raises(ResponseDecodeError, match="list"):
        stream([body({"text": "x"})])


def failure(code: int, status: str, text: str, *details: dict[str, Any]) -> dict[str, Any]:
    return {"error": {"code": code, "message": text, "status": status, "details": list(details)}}


def reason(word: str) -> dict[str, Any]:
    return {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": word, "domain": "googleapis.com"}


def retry(delay: str) -> dict[str, Any]:
    return {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}


def quota(identity: str) -> dict[str, Any]:
    return {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaId": identity}]}


CURRENT_QUOTA = "You exceeded your current quota, please check your plan and billing details."


@pytest.mark.parametrize(
    ("code", "answer", "error", "word", "retryable", "retry_after"),
    [
        (
            400,
            failure(400, "INVALID_ARGUMENT", "API key not valid.", reason("API_KEY_INVALID")),
            AuthenticationError,
            "API_KEY_INVALID",
            False,
            None,
        ),
        (
            400,
            failure(400, "INVALID_ARGUMENT", "The input token count (2000000) exceeds the maximum number of tokens."),
            ContextLengthExceededError,
            "INVALID_ARGUMENT",
            False,
            None,
        ),
        (
            400,
            failure(400, "INVALID_ARGUMENT", "Unable to submit request because it has a temperature value of 1000"),
            InvalidRequestError,
            "INVALID_ARGUMENT",
            False,
            None,
        ),
        (
            400,
            failure(400, "FAILED_PRECONDITION", "User location is not supported for the API use."),
            InvalidRequestError,
            "FAILED_PRECONDITION",
            False,
            None,
        ),
        (401, failure(401, "UNAUTHENTICATED", "Invalid token"), AuthenticationError, "UNAUTHENTICATED", False, None),
        (
            403,
            failure(403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers."),
            AuthenticationError,
            "PERMISSION_DENIED",
            False,
            None,
        ),
        (
            403,
            failure(403, "PERMISSION_DENIED", "The caller does not have permission"),
            PermissionDeniedError,
            "PERMISSION_DENIED",
            False,
            None,
        ),
        (404, failure(404, "NOT_FOUND", "models/nope is not found"), NotFoundError, "NOT_FOUND", False, None),
        (
            429,
            failure(429, "RESOURCE_EXHAUSTED", "Resource exhausted. Please try again later."),
            RateLimitError,
            "RESOURCE_EXHAUSTED",
            True,
            None,
        ),
        (
            429,
            failure(429, "RESOURCE_EXHAUSTED", CURRENT_QUOTA, quota("RequestsPerMinutePerProject"), retry("34.5s")),
            RateLimitError,
            "RESOURCE_EXHAUSTED",
            True,
            34.5,
        ),
        (
            429,
            failure(429, "RESOURCE_EXHAUSTED", CURRENT_QUOTA, quota("RequestsPerDayPerProject-FreeTier"), retry("9s")),
            QuotaExceededError,
            "RESOURCE_EXHAUSTED",
            False,
            9.0,
        ),
        (
            429,
            failure(429, "RESOURCE_EXHAUSTED", CURRENT_QUOTA),
            QuotaExceededError,
            "RESOURCE_EXHAUSTED",
            False,
            None,
        ),
        (500, failure(500, "INTERNAL", "An internal error"), ServerError, "INTERNAL", True, None),
        (503, failure(503, "UNAVAILABLE", "The model is overloaded."), OverloadedError, "UNAVAILABLE", True, None),
        (504, failure(504, "DEADLINE_EXCEEDED", "Too slow"), ServerError, "DEADLINE_EXCEEDED", True, None),
    ],
)
def test_error_bodies_alone_in_a_list_and_inside_a_stream(
    code: int,
    answer: dict[str, Any],
    error: type[ProviderError],
    word: str,
    retryable: bool,
    retry_after: float | None,
) -> None:
    found = [CODEC.error(ErrorAnswer(status=code, headers={}, body=shape)) for shape in (answer, [answer])]
    with pytest.raises(ProviderError) as caught:
        list(CODEC.decoder().feed(answer, None))
    for each in (*found, caught.value):
        assert type(each) is error
        assert (each.status, each.code, each.message) == (code, word, answer["error"]["message"])
        assert (each.retryable, each.retry_after) == (retryable, retry_after)


@pytest.mark.parametrize("answer", [None, "<html>", "gateway", {"error": "flat"}, {"error": None}, [], [1], 7])
def test_an_error_without_googles_form_keeps_its_status(answer: Any) -> None:
    found = CODEC.error(ErrorAnswer(status=502, headers={}, body=answer))
    assert type(found) is ServerError
    assert found.retryable


def test_models_have_their_limits_and_plain_names() -> None:
    entry = {"name": "models/gemini-x", "displayName": "X", "inputTokenLimit": 1000, "outputTokenLimit": 10}
    assert CODEC.models({"models": [entry, {"name": ""}]}) == (
        ModelInfo(id="gemini-x", name="X", context_tokens=1000, max_output_tokens=10),
    )


@pytest.mark.parametrize("body", [None, [], {}, "x", {"error": "x"}])
def test_an_answer_that_lists_no_models_is_no_success(body: Any) -> None:
    with pytest.raises(ResponseDecodeError, match="models"):
        CODEC.models(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
PATHS = st.sampled_from(["$", "$.a", "$.a.b", "$.a[0]", "$.a[0].b", "$.a[1]", "$['x']", "x", ""])
PARTIALS = st.fixed_dictionaries({"jsonPath": PATHS}, optional={"stringValue": JSON, "numberValue": JSON})
CALLS = st.fixed_dictionaries(
    {},
    optional={
        "name": st.text(max_size=3) | JSON,
        "args": JSON,
        "id": JSON,
        "willContinue": st.booleans() | JSON,
        "partialArgs": st.lists(PARTIALS, max_size=3) | JSON,
    },
)
PARTS = st.fixed_dictionaries(
    {},
    optional={
        "text": st.text(max_size=4) | JSON,
        "thought": st.booleans() | JSON,
        "thoughtSignature": JSON,
        "functionCall": CALLS | JSON,
        "inlineData": st.fixed_dictionaries({"mimeType": st.just("image/png"), "data": st.text(max_size=8)}) | JSON,
    },
)


def frames(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    content = st.fixed_dictionaries({"parts": st.lists(parts, max_size=4) | JSON})
    candidate = st.fixed_dictionaries(
        {"content": content | JSON}, optional={"index": JSON, "finishReason": st.just("STOP") | JSON}
    )
    return st.fixed_dictionaries(
        {"candidates": st.lists(candidate | JSON, max_size=2) | JSON},
        optional={"promptFeedback": JSON, "usageMetadata": JSON, "responseId": JSON},
    )


@example(sent=[{"candidates": [{"content": {"parts": [{"inlineData": {"mimeType": "image/png", "data": "\x80"}}]}}]}])
@given(sent=st.lists(frames(PARTS | JSON) | JSON, max_size=5))
def test_no_stream_however_odd_raises_anything_but_our_errors(sent: list[Any]) -> None:
    decoder = CODEC.decoder()
    text = ""
    try:
        for frame in sent:
            for event in decoder.feed(frame, None):
                text += event.text if isinstance(event, TextEvent) else ""
        assert decoder.result().text == decoder.text == text
    except UnderstudyError:
        assert isinstance(decoder.text, str)


@given(answer=frames(PARTS | JSON))
def test_a_whole_answer_and_a_stream_of_it_read_alike(answer: dict[str, Any]) -> None:
    try:
        whole = CODEC.decode(answer)
        _, streamed = stream(answer)
    except UnderstudyError:
        return
    assert whole == streamed


@given(answer=JSON, status=st.integers(400, 599))
def test_no_error_body_however_odd_breaks_the_mapping(answer: Any, status: int) -> None:
    assert CODEC.error(ErrorAnswer(status=status, headers={}, body=answer)).status == status
