"""Whether a stand-in still answers as its live service does: small questions to both, compared field by field."""

from understudy.testing.drift.checking import Answering, check_drift
from understudy.testing.drift.probes import PROBES, Cost, Probe, probes_for
from understudy.testing.drift.report import Check, Difference, DriftReport

__all__ = [
    "PROBES",
    "Answering",
    "Check",
    "Cost",
    "Difference",
    "DriftReport",
    "Probe",
    "check_drift",
    "probes_for",
]
