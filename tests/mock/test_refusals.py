"""Scripts that cannot be played as they are written, and capabilities that a provider of one's own may lack."""

from __future__ import annotations

import pytest

from understudy.config.models.generation import ProviderSettings
from understudy.domain.capabilities import Capabilities
from understudy.domain.errors import InvalidRequestError, ScriptError, UnsupportedCapabilityError
from understudy.providers.generation.mock import Failure, MockGenerator, MockScript, Rule
from understudy.providers.generation.mock.matching import Match
from understudy.providers.spec import ProviderSpec


def acme(**capabilities):
    spec = ProviderSpec(
        name="acme",
        title="Acme",
        real="acme:Real",
        settings=ProviderSettings,
        capabilities=Capabilities(**capabilities),
    )
    return MockGenerator(ProviderSettings(model="acme-1"), spec=spec)


async def test_a_third_partys_provider_has_a_stand_in_by_its_spec():
    result = await acme().generate("Hello")
    assert (result.provider, result.model, result.finish_reason_raw) == ("acme", "acme-1", "stop")
    assert "Acme" in result.text


async def test_what_it_does_not_declare_is_unsupported():
    mock = acme(streaming=False)
    with pytest.raises(UnsupportedCapabilityError, match="streaming"):
        mock.stream("x")
    with pytest.raises(UnsupportedCapabilityError, match="listing models"):
        await mock.list_models()


async def test_a_rule_for_another_operation_can_only_fail(make):
    mock = make("codex")
    mock.script.when(operation="embed").answers("vectors?")
    with pytest.raises(ScriptError, match="can only fail"):
        await mock.embed(["x"])


async def test_a_reply_of_a_wrong_kind_is_told(make):
    mock = make()
    mock.script.when().answers(lambda request: 5)
    with pytest.raises(ScriptError, match="not int"):
        await mock.generate("x")


def test_a_rule_without_a_reply_is_refused():
    with pytest.raises(ScriptError, match="no reply"):
        MockScript().add(Rule(Match({}), ()))
    with pytest.raises(ScriptError, match="not a regular expression"):
        MockScript().when(regex="(")


class OwnError(InvalidRequestError):
    """A third party's error, derived from one of the tree."""


async def test_an_error_of_ones_own_is_raised_with_the_facts_of_the_one_it_derives_from(make):
    mock = make()
    mock.script.when().answers(Failure(kind=OwnError))
    with pytest.raises(OwnError) as caught:
        await mock.generate("x")
    assert (caught.value.status, caught.value.code) == (400, "invalid_request_error")
