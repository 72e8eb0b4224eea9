"""DeepSeek: what it does differently from Chat Completions."""

import pytest

from understudy.config.models.base import Secret
from understudy.config.models.generation import DeepSeekSettings
from understudy.domain.errors import InvalidRequestError, NotFoundError, QuotaExceededError, UnsupportedCapabilityError
from understudy.domain.messages import ImagePart, Message, ReasoningPart, TextPart, ToolCallPart, ToolResultPart
from understudy.domain.requests import Tool
from understudy.domain.results import FinishReason, Usage
from understudy.providers.generation.deepseek.provider import DeepSeekGenerator


def completion(finish="stop", usage=None, **message):
    return {
        "id": "d1",
        "model": "deepseek-v4-flash",
        "choices": [{"message": message, "finish_reason": finish}],
        "usage": usage,
    }


@pytest.fixture
def deepseek(serve):
    def deepseek(*answers):
        server, http = serve(*answers)
        return server, DeepSeekGenerator(DeepSeekSettings(api_key=Secret("sk-test")), http=http)

    return deepseek


async def test_reasoning_and_cache_hits_are_read(deepseek, answer):
    usage = {
        "prompt_tokens": 20,
        "completion_tokens": 9,
        "total_tokens": 29,
        "prompt_cache_hit_tokens": 16,
        "prompt_cache_miss_tokens": 4,
        "completion_tokens_details": {"reasoning_tokens": 7},
    }
    server, generator = deepseek(answer(completion(content="4", reasoning_content="2 + 2", usage=usage)))
    result = await generator.generate("2 + 2?", max_output_tokens=50)
    assert (result.text, result.reasoning) == ("4", "2 + 2")
    assert result.usage == Usage(input_tokens=20, output_tokens=9, cached_tokens=16, reasoning_tokens=7)
    assert (result.provider, result.model) == ("deepseek", "deepseek-v4-flash")
    assert str(server.requests[0].url) == "https://api.deepseek.com/chat/completions"
    assert server.sent["max_tokens"] == 50


async def test_a_schema_is_put_into_words_and_the_answer_asked_to_be_json(deepseek, answer):
    server, generator = deepseek(answer(completion(content='{"n": 4}')))
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}}
    result = await generator.generate("2 + 2?", system="Be exact.", response_schema=schema)
    assert result.json() == {"n": 4}
    assert server.sent["response_format"] == {"type": "json_object"}
    system = server.sent["messages"][0]
    assert system["role"] == "system"
    assert system["content"].startswith("Be exact.")
    assert '{"type":"object","properties":{"n":{"type":"integer"}}}' in system["content"]


async def test_thinking_is_switched_off_by_its_own_field(deepseek, answer):
    server, generator = deepseek(answer(completion(content="x")))
    await generator.generate("Hi", reasoning_effort="none")
    assert server.sent["thinking"] == {"type": "disabled"}
    assert "reasoning_effort" not in server.sent
    await generator.generate("Hi", reasoning_effort="max")
    assert server.sent["reasoning_effort"] == "max"
    assert "thinking" not in server.sent


async def test_the_reasoning_of_a_turn_with_tools_goes_back(deepseek, answer):
    server, generator = deepseek(answer(completion(content="x")))
    call = ToolCallPart(id="c1", name="f")
    await generator.generate(
        [
            Message.user("Hi"),
            Message.assistant([ReasoningPart(text="hm"), call]),
            Message.tool(ToolResultPart(tool_call_id="c1", content="1")),
            Message.assistant([ReasoningPart(text="so"), TextPart("One.")]),
            Message.user("Thanks"),
        ],
        tools=[Tool(name="f")],
    )
    with_tools, _, without = server.sent["messages"][1:4]
    assert with_tools["reasoning_content"] == "hm"
    assert "reasoning_content" not in without


@pytest.mark.parametrize("finish", ["insufficient_system_resource"])
async def test_an_answer_that_the_service_broke_off_says_so(deepseek, answer, finish):
    _, generator = deepseek(answer(completion(finish=finish, content="par")))
    result = await generator.generate("Hi")
    assert (result.finish_reason, result.finish_reason_raw) == (FinishReason.ERROR, finish)


async def test_an_empty_account_is_not_retried(deepseek, answer):
    body = {
        "error": {
            "message": "Insufficient Balance",
            "type": "unknown_error",
            "param": None,
            "code": "invalid_request_error",
        }
    }
    server, generator = deepseek(answer(body, status=402))
    with pytest.raises(QuotaExceededError) as caught:
        await generator.generate("Hi")
    assert not caught.value.retryable
    assert len(server.requests) == 1


async def test_a_model_that_is_not_there_is_told_by_its_words(deepseek, answer):
    """The status and the code are those of any request that is not valid."""
    error = {"message": "Model Not Exist", "type": "invalid_request_error", "code": "invalid_request_error"}
    _, generator = deepseek(answer({"error": error}, status=400))
    with pytest.raises(NotFoundError) as caught:
        await generator.generate("Hi", model="deepseek-none")
    assert (caught.value.status, caught.value.code) == (400, "invalid_request_error")


async def test_what_it_cannot_do_is_refused_before_any_traffic(deepseek, answer):
    server, generator = deepseek(answer(completion(content="x")))
    for options in ({"seed": 1}, {"user": "u"}, {"metadata": {"k": "v"}}):
        with pytest.raises(UnsupportedCapabilityError):
            await generator.generate("Hi", **options)
    with pytest.raises(UnsupportedCapabilityError):
        await generator.generate(Message.user(ImagePart(url="https://x/y")))
    with pytest.raises(InvalidRequestError):
        await generator.generate("Hi", max_output_tokens=10**7)
    assert not server.requests
