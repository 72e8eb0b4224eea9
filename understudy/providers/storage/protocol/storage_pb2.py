"""The messages of ``storage.proto``, made from its descriptor set when this module is imported.

There is no generated code: it is tied to the protobuf release that made it, and descriptors are not. Types for checkers
and editors stand in ``storage_pb2.pyi``; ``scripts/generate_messages.py`` makes both from the ``.proto``.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, message_factory, struct_pb2
from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper

_NEEDED = (any_pb2, struct_pb2)
"""What the file imports must be in the pool before it."""


def _load() -> Any:
    described = descriptor_pb2.FileDescriptorSet.FromString(
        files(__package__ or "").joinpath("storage.binpb").read_bytes()
    )
    pool = descriptor_pool.Default()
    for file in described.file:
        pool.AddSerializedFile(file.SerializeToString())
    return pool.FindFileByName("storage.proto")


DESCRIPTOR = _load()

for _name, _message in DESCRIPTOR.message_types_by_name.items():
    globals()[_name] = message_factory.GetMessageClass(_message)
for _name, _enum in DESCRIPTOR.enum_types_by_name.items():
    globals()[_name] = EnumTypeWrapper(_enum)
    globals().update({value.name: value.number for value in _enum.values})
