"""A service's backends and what they can do, as its clients are told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from understudy.domain.storage import DriverClient, StorageCapabilities
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.service.envelope import struct_values

__all__ = ["describe", "read_capabilities"]


def describe(drivers: Mapping[str, DriverClient], default: str) -> pb.ServiceDescription:
    """What the service answers to DescribeService."""
    described = pb.ServiceDescription(default_backend=default)
    for name in sorted(drivers):
        backend = described.backends.add(name=name)
        backend.capabilities.update(_plain(drivers[name].capabilities))
    return described


def read_capabilities(backend: pb.ServiceDescription.Backend) -> StorageCapabilities:
    """What one backend of a service can do; what an older client does not know is left out.

    Raises msgspec.ValidationError where the service says what no capabilities can be.
    """
    return msgspec.convert(struct_values(backend.capabilities), StorageCapabilities)


def _plain(capabilities: StorageCapabilities) -> dict[str, Any]:
    fields = {name: getattr(capabilities, name) for name in StorageCapabilities.__dataclass_fields__}
    plain: dict[str, Any] = msgspec.to_builtins(
        {**fields, "custom": dict(capabilities.custom)}, order="deterministic", enc_hook=str
    )
    return plain
