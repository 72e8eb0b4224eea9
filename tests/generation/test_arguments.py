"""Tool arguments are read without ever failing."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.providers.generation.wire.arguments import arguments_text, tool_call

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), json_values))
def test_arguments_survive_the_way_to_the_model_and_back(arguments):
    call = tool_call(call_id="1", name="f", arguments=json.dumps(arguments))
    assert call.arguments == arguments
    assert call.arguments_error is None
    assert json.loads(arguments_text(call)) == arguments


@given(st.text())
def test_any_text_makes_a_call_with_either_arguments_or_an_error(text):
    call = tool_call(call_id="1", name="f", arguments=text)
    assert call.arguments_text == text
    assert not (call.arguments and call.arguments_error)


@pytest.mark.parametrize("nothing", [None, "", "  \n", {}, "{}"])
def test_no_arguments_are_an_empty_object(nothing):
    call = tool_call(call_id="1", name="f", arguments=nothing)
    assert call.arguments == {}
    assert call.arguments_error is None
    assert arguments_text(call).strip() == "{}"


@pytest.mark.parametrize("wrong", ['{"a": ', "[1]", '"x"', "null", 5, [1], "[" * 100_000])
def test_what_is_not_an_object_is_reported_with_the_models_own_text(wrong):
    call = tool_call(call_id="1", name="f", arguments=wrong)
    assert call.arguments == {}
    assert call.arguments_error is not None
    assert call.arguments_text == (wrong if isinstance(wrong, str) else json.dumps(wrong))


def test_arguments_that_came_as_an_object_are_written_as_text():
    call = tool_call(call_id="1", name="f", arguments={"a": [1, None]})
    assert call.arguments_text is None
    assert json.loads(arguments_text(call)) == {"a": [1, None]}


@pytest.mark.parametrize("arguments", [{"a": 1}, '{"a": 1}', "", None, 5])
def test_name_id_and_signature_are_kept_however_the_arguments_came(arguments):
    call = tool_call(call_id="1", name="f", arguments=arguments, signature="s")
    assert (call.id, call.name, call.signature) == ("1", "f", "s")
