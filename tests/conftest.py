"""What every test starts from: no credentials of the developer's, and property tests that no busy machine can fail."""

import os
import signal

import pytest
from hypothesis import HealthCheck, settings

from understudy.config.environment import VARIABLES

pytest_plugins = ["pytester"]  # for tests/plugin; pytest takes it from the outermost conftest only

settings.register_profile("default", deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("default")


def pytest_configure() -> None:
    """Hear Ctrl-C, and let the programs that tests start hear it, also where a shell runs us in the background."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away every variable that changes settings, so that a developer's own keys reach no test."""
    own = [name for name in os.environ if name.startswith("UNDERSTUDY_") and name != "UNDERSTUDY_CORPUS"]
    for name in [*own, *(variable.name for variable in VARIABLES)]:
        monkeypatch.delenv(name, raising=False)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the corpus's totals, added up from wherever its pieces were read."""
    totals: dict[str, int] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") != "call":
                continue
            for counts in (value for key, value in report.user_properties if key == "corpus"):
                for word, number in counts.items():
                    totals[word] = totals.get(word, 0) + number
    if totals:
        line = ", ".join(f"{totals[word]} {word}" for word in ("read", "agreed", "excepted", "failed"))
        terminalreporter.write_line(f"corpus: {line}")
