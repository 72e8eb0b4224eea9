"""The JSON Schema that editors complete from."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest

from understudy.config.reader import read_yaml
from understudy.config.schema import settings_schema
from understudy.config.tree import to_plain

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def validator():
    schema = settings_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def valid(validator, text):
    return validator.is_valid(to_plain(read_yaml(text, "f", [])))


@pytest.mark.parametrize("name", ["settings.yaml", "settings.test.yaml"])
def test_the_shipped_files_fit(validator, name):
    assert valid(validator, (ROOT / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "text",
    [
        "http: {keepalive: '${K:3}', retry: {max_retries: '${R}', jitter: '${J:true}'}}",
        "generation: {use: '${USE:mock}', claude: {use: '${USE}', api_key: null}}",
        "platform: {llama_stack: {api_prefix: '${P}', http: {timeout: {total: '${T}'}}}}",
        "waivers: {generation.use: a good reason}",
        "generation: {plugins: {acme: {anything: [1, {x: 2}]}}}",
    ],
)
def test_interpolation_fits_wherever_a_value_does(validator, text):
    assert valid(validator, text)


@pytest.mark.parametrize(
    "text",
    [
        "htp: {}",
        "http: {http2: true}",
        "generation: {use: moc}",
        "http: {keepalive: soon}",
        "generation: {claude: {modle: x}}",
        "http: {retry: {max_retries: -1}}",
        "profile: x",
    ],
)
def test_what_loading_refuses_the_schema_refuses(validator, text):
    assert not valid(validator, text)


def test_every_object_of_ours_is_closed_and_every_documented_field_described(validator):
    definitions = validator.schema["$defs"]
    assert all(
        each.get("additionalProperties") is False for each in definitions.values() if each.get("type") == "object"
    )
    timeouts = definitions["TimeoutSettings"]["properties"]
    assert (
        timeouts["total"]["description"]
        == "From the call to the last byte: all attempts, the waits between them and the stream."
    )
    assert definitions["ClaudeSettings"]["properties"]["api_key"]["description"] == "The credential."


def test_without_the_sources_there_is_a_schema_without_descriptions(monkeypatch):
    import inspect

    def gone(_):
        raise OSError("source code not available")

    monkeypatch.setattr(inspect, "getsource", gone)
    schema = settings_schema()
    assert "description" not in schema["$defs"]["TimeoutSettings"]["properties"]["total"]
