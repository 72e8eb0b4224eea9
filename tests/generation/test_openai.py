"""The OpenAI provider over its HTTP client: identity, choice of API, capabilities, embeddings."""

import pytest

from understudy.config.models.base import Secret
from understudy.config.models.generation import CodexSettings
from understudy.domain.errors import InvalidRequestError, ResponseDecodeError, UnsupportedCapabilityError
from understudy.domain.generation import Embedder, TextGenerator
from understudy.domain.results import Usage
from understudy.providers.generation.openai.provider import CodexGenerator
from understudy.providers.generation.openai.spec import SPEC

CHAT = {"choices": [{"message": {"content": "Hello"}, "finish_reason": "stop"}]}
RESPONSE = {
    "status": "completed",
    "output": [{"type": "message", "content": [{"type": "output_text", "text": "Hello"}]}],
}


def settings(**more):
    return CodexSettings(api_key=Secret("sk-test"), **more)


async def test_the_settings_choose_the_api(serve, answer):
    server, http = serve(answer(RESPONSE), answer(CHAT))
    assert (await CodexGenerator(settings(), http=http).generate("Hi")).text == "Hello"
    assert (await CodexGenerator(settings(api="chat"), http=http).generate("Hi")).text == "Hello"
    assert [str(request.url) for request in server.requests] == [
        "https://api.openai.com/v1/responses",
        "https://api.openai.com/v1/chat/completions",
    ]


async def test_the_request_carries_the_identity(serve, answer):
    server, http = serve(answer(RESPONSE))
    await CodexGenerator(settings(organization="org", project="proj"), http=http).generate("Hi")
    headers = server.requests[0].headers
    assert headers["authorization"] == "Bearer sk-test"
    assert headers["openai-organization"] == "org"
    assert headers["openai-project"] == "proj"


async def test_a_server_without_a_key_gets_no_credential(serve, answer):
    server, http = serve(answer(CHAT))
    await CodexGenerator(CodexSettings(base_url="http://localhost:1234/v1", api="chat"), http=http).generate("Hi")
    assert "authorization" not in server.requests[0].headers


@pytest.mark.parametrize(
    ("base_url", "field"),
    [
        ("https://api.openai.com/v1", "max_completion_tokens"),
        ("https://me.openai.azure.com/openai/v1", "max_completion_tokens"),
        ("https://api.groq.com/openai/v1", "max_tokens"),
    ],
)
async def test_compatible_services_get_the_older_name_of_the_limit(serve, answer, base_url, field):
    server, http = serve(answer(CHAT))
    await CodexGenerator(settings(base_url=base_url, api="chat"), http=http).generate("Hi", max_output_tokens=5)
    assert server.sent[field] == 5


@pytest.mark.parametrize("option", [{"seed": 1}, {"stop": ["x"]}])
async def test_what_responses_cannot_do_is_refused_before_any_traffic(serve, answer, option):
    server, http = serve(answer(RESPONSE))
    with pytest.raises(UnsupportedCapabilityError):
        await CodexGenerator(settings(), http=http).generate("Hi", **option)
    with pytest.raises(UnsupportedCapabilityError):
        CodexGenerator(settings(), http=http).stream("Hi", **option)
    assert not server.requests
    assert SPEC.capabilities_for(settings(api="chat")).seed
    assert not SPEC.capabilities_for(settings()).seed


async def test_embeddings_come_in_the_order_of_the_texts(serve, answer):
    entries = [{"index": 1, "embedding": [3, 4]}, {"index": 0, "embedding": [1, 2.5]}]
    server, http = serve(answer({"data": entries, "model": "e-1", "usage": {"prompt_tokens": 4, "total_tokens": 4}}))
    generator = CodexGenerator(settings(), http=http)
    result = await generator.embed(["a", "b"], dimensions=2)
    assert result.vectors == ((1.0, 2.5), (3.0, 4.0))
    assert (result.provider, result.model, result.usage) == ("codex", "e-1", Usage(input_tokens=4))
    assert server.sent == {
        "model": "text-embedding-3-small",
        "input": ["a", "b"],
        "dimensions": 2,
        "encoding_format": "float",
    }


async def test_embeddings_that_are_not_one_for_each_text_are_refused(serve, answer):
    _, http = serve(answer({"data": [{"index": 0, "embedding": [1]}]}), answer({"data": None}))
    generator = CodexGenerator(settings(), http=http)
    for _ in range(2):
        with pytest.raises(ResponseDecodeError) as caught:
            await generator.embed(["a", "b"])
        assert (caught.value.provider, caught.value.operation) == ("codex", "embed")
    with pytest.raises(InvalidRequestError):
        await generator.embed([])


def test_it_is_both_a_generator_and_an_embedder(serve, answer):
    _, http = serve(answer(CHAT))
    generator = CodexGenerator(settings(), http=http)
    assert isinstance(generator, TextGenerator)
    assert isinstance(generator, Embedder)
    assert "sk-test" not in repr(generator)
