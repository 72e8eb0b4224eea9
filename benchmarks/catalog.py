"""Who is measured, and what."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Peer:
    """A library as its users would call it. ``module`` is in ``peers/``, ``benches`` are keys of BENCHES.

    ``route`` is for the module of ours, which speaks several wire formats.
    """

    name: str
    title: str
    module: str
    environment: str
    imports: str
    benches: frozenset[str]
    route: str | None = None


@dataclass(frozen=True)
class Bench:
    """One kind of process that is started, with what it is told."""

    name: str
    says: str
    parameters: dict[str, int]


@dataclass(frozen=True)
class Metric:
    """One column: a figure that a bench reports."""

    name: str
    bench: str
    field: str
    title: str
    unit: str
    more_is_better: bool = False


BENCHES = {
    bench.name: bench
    for bench in (
        Bench("import", "cold import in a fresh process", {}),
        Bench("process", "a whole process with one call", {}),
        Bench("process_stand_in", "a whole process with one call of a stand-in", {}),
        Bench("call", "calls one after the other, async", {"warm": 50, "calls": 200, "batches": 5}),
        Bench("blocking", "calls one after the other, blocking", {"warm": 50, "calls": 200, "batches": 5}),
        Bench("flight64", "64 calls in flight", {"flight": 64, "calls": 3000}),
        Bench("flight1000", "1000 calls in flight", {"flight": 1000, "calls": 6000}),
        Bench("stream", "a stream of 500 pieces, in large writes", {"warm": 3, "calls": 4, "batches": 5}),
        Bench("stream_paced", "a stream of 500 pieces, one write each", {"warm": 2, "calls": 2, "batches": 4}),
        Bench("identity", "a client for one user's request", {"warm": 5, "calls": 0, "batches": 5}),
        Bench("resolve", "a generator resolved from the container", {"warm": 100, "calls": 20000, "batches": 5}),
        Bench("stand_in", "calls of a stand-in, one after the other", {"warm": 100, "calls": 0, "batches": 5}),
        Bench("lifecycle", "a container (or a client) opened and closed", {"warm": 2, "calls": 0, "batches": 5}),
    )
}

METRICS = (
    Metric("call", "call", "cpu_us", "async call", "CPU µs"),
    Metric("blocking", "blocking", "cpu_us", "blocking call", "CPU µs"),
    Metric("flight64", "flight64", "cpu_us", "64 in flight", "CPU µs"),
    Metric("rate64", "flight64", "rate", "64 in flight", "calls/s", more_is_better=True),
    Metric("p99", "flight64", "p99_ms", "64 in flight, p99", "ms"),
    Metric("flight1000", "flight1000", "cpu_us", "1000 in flight", "CPU µs"),
    Metric("rate1000", "flight1000", "rate", "1000 in flight", "calls/s", more_is_better=True),
    Metric("stream", "stream", "cpu_us_piece", "stream, large writes", "CPU µs/chunk"),
    Metric("stream_paced", "stream_paced", "cpu_us_piece", "stream, one write each", "CPU µs/chunk"),
    Metric("identity", "identity", "cpu_us", "per-request client", "CPU µs"),
    Metric("resolve", "resolve", "cpu_us", "resolve a generator", "CPU µs"),
    Metric("stand_in", "stand_in", "cpu_us", "stand-in call", "CPU µs"),
    Metric("stand_in_rate", "stand_in", "cpu_rate", "stand-in", "calls/CPU s", more_is_better=True),
    Metric("lifecycle", "lifecycle", "cpu_us", "open and close", "CPU µs"),
    Metric("import", "import", "over_bare_ms", "import, over bare Python", "CPU ms"),
    Metric("process", "process", "cpu_ms", "process with one call", "CPU ms"),
    Metric("process_stand_in", "process_stand_in", "cpu_ms", "process with one stand-in call", "CPU ms"),
    Metric("memory", "process", "memory_mb", "memory after one call", "MB"),
    Metric("memory64", "flight64", "memory_mb", "memory, 64 in flight", "MB"),
    Metric("memory_stand_in", "process_stand_in", "memory_mb", "memory, stand-in", "MB"),
)

_CALLS = frozenset({"import", "process", "call", "flight64", "stream", "stream_paced", "identity"})
_BOTH = _CALLS | {"blocking"}
_OURS = "import understudy"

PEERS = (
    Peer("ours", "understudy", "ours", "understudy", _OURS, frozenset(BENCHES)),
    Peer("raw_httpx", "httpx", "raw_httpx", "httpx", "import httpx", _BOTH | {"lifecycle"}),
    Peer("raw_httpx2", "httpx2", "raw_httpx2", "httpx2", "import httpx2", _BOTH | {"lifecycle", "flight1000"}),
    Peer("raw_aiohttp", "aiohttp", "raw_aiohttp", "aiohttp", "import aiohttp", _CALLS | {"lifecycle", "flight1000"}),
    Peer(
        "openai",
        "openai SDK",
        "openai_sdk",
        "openai",
        "from openai import AsyncOpenAI, OpenAI",
        _BOTH | {"lifecycle"},
    ),
    Peer(
        "litellm",
        "LiteLLM",
        "litellm_sdk",
        "litellm",
        "import litellm; litellm.completion",
        _BOTH | {"stand_in", "process_stand_in"},
    ),
    Peer("any_llm", "any-llm", "any_llm_sdk", "anyllm", "from any_llm import AnyLLM", _BOTH),
    Peer(
        "pydantic_ai",
        "pydantic-ai (direct)",
        "pydantic_ai_sdk",
        "pydanticai",
        "from pydantic_ai.direct import model_request; from pydantic_ai.models.openai import OpenAIChatModel",
        _BOTH | {"stand_in", "process_stand_in"},
    ),
    Peer(
        "langchain",
        "LangChain",
        "langchain_sdk",
        "langchain",
        "from langchain.chat_models import init_chat_model; import langchain_openai",
        _BOTH | {"stand_in", "process_stand_in"},
    ),
    Peer("aisuite", "aisuite", "aisuite_sdk", "aisuite", "import aisuite", _BOTH),
    Peer("ours_responses", "understudy (Responses)", "ours", "understudy", _OURS, _BOTH, "responses"),
    Peer("ours_messages", "understudy (Messages)", "ours", "understudy", _OURS, _BOTH, "messages"),
    Peer(
        "anthropic",
        "anthropic SDK",
        "anthropic_sdk",
        "anthropic",
        "from anthropic import Anthropic, AsyncAnthropic",
        _BOTH | {"lifecycle"},
    ),
    Peer("ours_gemini", "understudy (Gemini)", "ours", "understudy", _OURS, _BOTH, "gemini"),
    Peer(
        "google_genai",
        "google-genai SDK",
        "google_genai",
        "genai",
        "from google import genai",
        _BOTH | {"lifecycle"},
    ),
    Peer("ours_ollama", "understudy (Ollama)", "ours", "understudy", _OURS, _BOTH, "ollama"),
    Peer("ollama", "ollama SDK", "ollama_sdk", "ollama", "from ollama import AsyncClient, Client", _BOTH),
)
BY_NAME = {peer.name: peer for peer in PEERS}
