"""The stand-in that plays any generation provider, by its spec and a script."""

from understudy.providers.generation.mock.answers import Answer, Failure, Interrupted, Reply
from understudy.providers.generation.mock.calls import Call
from understudy.providers.generation.mock.dialects import Dialect
from understudy.providers.generation.mock.engine import MockEngine, Plan
from understudy.providers.generation.mock.generator import MockGenerator
from understudy.providers.generation.mock.schemas import SchemaError
from understudy.providers.generation.mock.script import MockScript, Rule

__all__ = [
    "Answer",
    "Call",
    "Dialect",
    "Failure",
    "Interrupted",
    "MockEngine",
    "MockGenerator",
    "MockScript",
    "Plan",
    "Reply",
    "Rule",
    "SchemaError",
]
