"""All faults by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from understudy.testing.faults import addresses, bodies, connections, statuses, streams
from understudy.testing.faults.fault import Fault

__all__ = ["FAULTS", "GROUPS"]

GROUPS: Mapping[str, tuple[Fault, ...]] = MappingProxyType(
    {
        "address": addresses.FAULTS,
        "connection": connections.FAULTS,
        "body": bodies.FAULTS,
        "stream": streams.FAULTS,
        "status": statuses.FAULTS,
    }
)
"""The faults by what is at fault."""

FAULTS: Mapping[str, Fault] = MappingProxyType({fault.name: fault for group in GROUPS.values() for fault in group})
"""Every fault that the server can show."""
