"""The live mode itself, proved without a live service: an emulator on the loopback takes its place."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from understudy.config.models.generation import GenerationSettings
from understudy.domain.messages import ToolCallPart
from understudy.providers.generation.mock import Answer
from understudy.testing.contracts.live import SWITCH, LiveService, live_settings
from understudy.testing.emulators import EMULATORS, emulate
from understudy.testing.serving import serve

ROOT = Path(__file__).resolve().parents[2]
KEY = "sk-live-0123456789"  # pragma: allowlist secret


def test_without_the_switch_no_service_is_asked():
    """A key alone, which developers have set, is no wish to spend it."""
    spec = EMULATORS["claude"][0]
    for environ in ({}, {"ANTHROPIC_API_KEY": KEY}, {"ANTHROPIC_API_KEY": KEY, SWITCH: "0"}):
        assert live_settings(spec, environ) == "UNDERSTUDY_LIVE is not 1"


@pytest.mark.parametrize("name", EMULATORS)
def test_a_provider_without_variables_is_left_out_with_the_reason(name):
    """The reason names those that would do."""
    spec = EMULATORS[name][0]
    reason = live_settings(spec, {SWITCH: "1"})
    assert isinstance(reason, str)
    assert (spec.credentials[0] if spec.needs_credentials else "OLLAMA_HOST") in reason


def test_settings_come_from_the_provider_s_own_variables():
    """The key, the address, the model."""
    environ = {SWITCH: "1", "ANTHROPIC_API_KEY": KEY, "ANTHROPIC_MODEL": "claude-haiku-4-5"}
    settings = live_settings(EMULATORS["claude"][0], environ)
    assert not isinstance(settings, str)
    assert settings.api_key is not None
    assert (settings.api_key.reveal(), settings.model) == (KEY, "claude-haiku-4-5")
    assert KEY not in repr(settings)


@pytest.mark.parametrize("asked", ["script", "last_request"])
def test_what_a_live_service_cannot_tell_skips_the_test(asked):
    """With the reason, and not by a failure."""
    with pytest.raises(pytest.skip.Exception, match="live service"):
        getattr(LiveService(), asked)


@pytest.mark.slow
async def test_the_suites_run_against_a_service(tmp_path):
    """Nothing fails, what needs no script is asked over real connections, the providers without a key are left out."""
    model = GenerationSettings().ollama.model
    emulator = emulate("ollama")
    emulator.script.set_models(model)
    emulator.script.when(tool="get_weather").answers(_call)
    async with serve(emulator) as url:
        done = await _suites({SWITCH: "1", "OLLAMA_HOST": url})
    assert done.returncode == 0, done.stdout
    passed, skipped = (int(re.findall(rf"(\d+) {word}", done.stdout)[-1]) for word in ("passed", "skipped"))
    assert passed >= 20
    assert skipped
    assert "test_the_stand_in_does_as_the_live_service[ollama] PASSED" in done.stdout
    assert "claude: none of ANTHROPIC_API_KEY is set" in done.stdout
    assert emulator.call_count > 20


def _call(request):
    if request.turns[-1].role == "tool":
        return "Sunny"
    return Answer(tool_calls=(ToolCallPart(id="", name="get_weather", arguments={"city": "Oslo", "days": 1}),))


async def _suites(environ):
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "PYTHONPATH", "SYSTEMROOT")}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-v",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        str(ROOT / "tests/contracts/test_live.py"),
    ]
    return await asyncio.to_thread(
        subprocess.run,
        command,
        cwd=ROOT,
        env={**kept, **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
