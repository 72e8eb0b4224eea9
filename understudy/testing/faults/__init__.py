"""A server of faults, and what drives providers through them: for the authors of providers, ours included.

    with FaultServer() as server:
        outcome = await drive(SPEC, FAULTS["web_page"], server=server, way="stream")
    assert not outcome.broken()

Each fault is a row of a table: what the server does, and how a dependable client ends. The TLS rows need trustme.
"""

from understudy.testing.faults.driving import MARGIN, Outcome, drive
from understudy.testing.faults.fault import Fault
from understudy.testing.faults.leaks import LogTap, leaks
from understudy.testing.faults.memory import peak_memory
from understudy.testing.faults.server import FaultServer
from understudy.testing.faults.table import FAULTS, GROUPS
from understudy.testing.faults.visit import Arrival, Visit

__all__ = [
    "FAULTS",
    "GROUPS",
    "MARGIN",
    "Arrival",
    "Fault",
    "FaultServer",
    "LogTap",
    "Outcome",
    "Visit",
    "drive",
    "leaks",
    "peak_memory",
]
