"""Whatever a command, its answer, or whom it runs as may be: it comes out of both envelopes as it went in."""

import pytest
from google.protobuf import json_format, message_factory
from google.protobuf.descriptor import FieldDescriptor
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from understudy.domain.secrets import Secret
from understudy.domain.storage import CommandResult, LogLevel, LogMessage, RuntimeOptions, StorageCredentials
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.service.envelope import (
    parse_request,
    read_request,
    read_response,
    request_message,
    response_message,
)
from understudy.providers.storage.service.json_bodies import message_json, request_of_json

KINDS = {
    name: message_factory.GetMessageClass(kind)
    for name, kind in pb.DESCRIPTOR.message_types_by_name.items()
    if name.endswith(("Command", "Response")) and name != "DriverResponse"
}
COMMANDS = sorted(name for name in KINDS if name.endswith("Command"))
TEXT = st.text(max_size=20)  # no surrogates: protobuf has none
SCALARS = {
    FieldDescriptor.CPPTYPE_STRING: TEXT,
    FieldDescriptor.CPPTYPE_BOOL: st.booleans(),
    FieldDescriptor.CPPTYPE_INT32: st.integers(-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_INT64: st.integers(-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT32: st.integers(0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_UINT64: st.integers(0, 2**64 - 1),
    FieldDescriptor.CPPTYPE_FLOAT: st.floats(width=32, allow_nan=False),
    FieldDescriptor.CPPTYPE_DOUBLE: st.floats(allow_nan=False),
}
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda values: st.lists(values, max_size=3) | st.dictionaries(TEXT, values, max_size=3),
    max_leaves=5,
)


def values(field, depth):
    """What a field may hold."""
    if field.cpp_type == FieldDescriptor.CPPTYPE_MESSAGE:
        return messages(message_factory.GetMessageClass(field.message_type), depth - 1)
    if field.cpp_type == FieldDescriptor.CPPTYPE_ENUM:
        return st.sampled_from([value.number for value in field.enum_type.values])
    return st.binary(max_size=20) if field.type == FieldDescriptor.TYPE_BYTES else SCALARS[field.cpp_type]


@st.composite
def messages(draw, kind, depth=2):
    """Any message of a kind; messages of Google's own kinds stay absent."""
    message = kind()
    for field in kind.DESCRIPTOR.fields:
        nested = field.message_type
        if nested is not None and (depth == 0 or nested.file.package == "google.protobuf"):
            continue
        if not draw(st.booleans()):
            continue
        if nested is not None and nested.GetOptions().map_entry:
            continue
        if field.is_repeated:
            filled = draw(st.lists(values(field, depth), max_size=2))
            getattr(message, field.name).extend(filled)
        elif nested is not None:
            getattr(message, field.name).CopyFrom(draw(values(field, depth)))
        else:
            setattr(message, field.name, draw(values(field, depth)))
    return message


CREDENTIALS = st.builds(
    StorageCredentials,
    host=TEXT,
    principal=TEXT,
    secret=TEXT.map(Secret),
    port=st.integers(0, 65535),
    meta=st.dictionaries(TEXT, PLAIN | TEXT.map(Secret), max_size=3),
)
OPTIONS = st.builds(
    RuntimeOptions,
    run_id=TEXT,
    query_tags=st.dictionaries(TEXT, TEXT, max_size=3),
    timeout=st.none() | st.floats(0.001, 1e7),
)
LOG = st.lists(st.builds(LogMessage, level=st.sampled_from(LogLevel), message=TEXT), max_size=3).map(tuple)
ONCE_EACH = settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("name", COMMANDS)
@ONCE_EACH
@given(data=st.data())
def test_any_request_is_the_same_at_the_other_end(name, data):
    command = data.draw(messages(KINDS[name]))
    credentials, options = data.draw(st.none() | CREDENTIALS), data.draw(OPTIONS)
    features, backend = tuple(data.draw(st.lists(TEXT, max_size=3))), data.draw(TEXT)
    sent = request_message(credentials, command, features, options, backend=backend)
    for arrived in (parse_request(sent.SerializeToString()), request_of_json(message_json(sent))):
        request = read_request(arrived)
        assert request.command == command
        assert request.credentials == credentials
        assert (request.features, request.backend) == (features, backend)
        assert request.options == options


@pytest.mark.parametrize("name", sorted(set(KINDS) - set(COMMANDS)))
@ONCE_EACH
@given(data=st.data())
def test_any_answer_is_the_same_at_the_other_end(name, data):
    result = CommandResult(response=data.draw(messages(KINDS[name])), messages=data.draw(LOG))
    sent = response_message(result)
    assert read_response(sent.SerializeToString(), pb.DropTableCommand()) == result
    assert json_format.Parse(message_json(sent), pb.DriverResponse()) == sent
