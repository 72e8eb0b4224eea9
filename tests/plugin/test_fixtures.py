"""The plugin's containers, handles and marker."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

HANDLES = """
import pytest
import understudy

async def test_a_container(understudy_container, understudy_mocks):
    understudy_mocks.claude.script.when(text="moon").answers("Titan")
    assert (await understudy_container.generator().generate("A moon?")).text == "Titan"
    understudy_mocks["anthropic"].assert_called_once_with(text="A moon?")

async def test_it_is_fresh(understudy_container, understudy_mocks):
    understudy_mocks.claude.assert_not_called()

def test_without_asyncio(understudy_blocking, understudy_mocks):
    assert "stand-in" in understudy_blocking.generator().generate("hi").text
    understudy_mocks.claude.assert_called_once()

def test_a_plain_test_may_have_the_container(understudy_container):
    assert understudy_container.generator().name == "claude"

async def test_an_unknown_one(understudy_mocks):
    with pytest.raises(understudy.ProviderNotFoundError):
        understudy_mocks.clause

@pytest.mark.xfail(raises=AssertionError, strict=True)
async def test_an_assertion_tells(understudy_mocks):
    understudy_mocks.claude.assert_called_once()
"""

MARKS = """
import pytest
pytestmark = pytest.mark.understudy(set={"generation.default": "gemini", "generation.gemini.model": "from-module"})

async def test_of_the_module(understudy_container):
    assert (understudy_container.generator().name, understudy_container.generator().model) == ("gemini", "from-module")

@pytest.mark.understudy(set={"generation.gemini.model": "from: test"})
def test_the_nearest_counts(understudy_blocking):
    assert (understudy_blocking.generator().name, understudy_blocking.generator().model) == ("gemini", "from: test")

@pytest.mark.understudy(use={"claude": "real"})
async def test_one_is_real(understudy_container, understudy_mocks):
    assert type(understudy_container.generation.claude()).__name__ == "ClaudeGenerator"
    assert type(understudy_container.generation.codex()).__name__ == "MockGenerator"
    with pytest.raises(TypeError, match="ClaudeGenerator"):
        understudy_mocks.claude

@pytest.mark.understudy(profile="")
def test_no_profile(understudy_container):
    assert type(understudy_container.generation.claude()).__name__ == "ClaudeGenerator"
"""

TRANSPORT = """
import httpx, pytest

class Transport(httpx.AsyncBaseTransport):
    closed = 0
    async def handle_async_request(self, request):
        return httpx.Response(401, json={"type": "error", "error": {"type": "authentication_error", "message": "no"}})
    async def aclose(self):
        Transport.closed += 1

@pytest.fixture
def understudy_transport():
    return Transport()

@pytest.mark.understudy(use={"claude": "real"})
async def test_a_transport(understudy_container):
    import understudy
    with pytest.raises(understudy.AuthenticationError):
        await understudy_container.generator().generate("hi")
    assert understudy_container.lifetime().built
    test_a_transport.container = understudy_container

def test_what_was_built_is_closed():
    assert not test_a_transport.container.lifetime().built
"""


ANYIO = """
import pytest

@pytest.fixture
def anyio_backend():
    return "asyncio"

@pytest.mark.anyio
async def test_a_container(understudy_container, understudy_mocks):
    assert (await understudy_container.generator().generate("hi")).text
    understudy_mocks.claude.assert_called_once()
    test_a_container.container = understudy_container

def test_what_was_built_is_closed():
    assert not test_a_container.container.lifetime().built
"""


MOCKER = """
import understudy

async def test_a_spy(understudy_container, understudy_mocks, mocker):
    spy = mocker.spy(understudy_mocks.claude, "generate")
    await understudy_container.generator().generate("hi", max_output_tokens=5)
    spy.assert_awaited_once_with("hi", max_output_tokens=5)
    understudy_mocks.claude.assert_called_once_with(text="hi")

async def test_a_mock_in_a_provider_s_place(understudy_container, mocker):
    fake = mocker.AsyncMock(spec=understudy.TextGenerator)
    fake.generate.return_value = understudy.GenerationResult(parts=(understudy.TextPart("from the mock"),))
    with understudy.override(understudy_container, {"generation.claude": fake}):
        assert (await understudy_container.generator().generate("hi")).text == "from the mock"
    fake.generate.assert_awaited_once_with("hi")

def test_a_patched_method(understudy_blocking, understudy_mocks, mocker):
    mocker.patch.object(understudy_mocks.claude, "generate", side_effect=understudy.OverloadedError("patched"))
    try:
        understudy_blocking.generator().generate("hi")
    except understudy.OverloadedError as error:
        assert error.message == "patched"
    else:
        raise AssertionError("no error")

async def test_what_was_patched_is_as_before(understudy_container, understudy_mocks):
    assert (await understudy_container.generator().generate("hi")).text
    understudy_mocks.claude.assert_called_once()
"""


def test_spies_mocks_and_patches_of_pytest_mock_work(project):
    """On stand-ins, in a provider's place, and on its methods; with the guards on."""
    project(MOCKER, ini={"understudy_guard": "true"}).assert_outcomes(passed=4)


@pytest.mark.parametrize("arguments", [(), ("-n", "2"), ("-p", "no:asyncio")], ids=["asyncio", "xdist", "anyio"])
def test_the_guards_are_quiet_where_nothing_is_left(project, arguments):
    """Whoever runs the coroutines, and in however many processes."""
    source, outcomes = (ANYIO, {"passed": 2}) if "no:asyncio" in arguments else (HANDLES, {"passed": 5, "xfailed": 1})
    project(source, *arguments, ini={"understudy_guard": "true"}).assert_outcomes(**outcomes)


def test_coroutines_may_be_run_by_anyio(project):
    """Without pytest-asyncio."""
    project(ANYIO, "-p", "no:asyncio").assert_outcomes(passed=2)


def test_fixtures_give_containers_and_handles(project):
    """One container for each test, with handles of its stand-ins."""
    project(HANDLES).assert_outcomes(passed=5, xfailed=1)


def test_a_developers_own_profile_counts_for_nothing(project, monkeypatch):
    """Otherwise a test run would call real services."""
    monkeypatch.setenv("UNDERSTUDY_PROFILE", "prod")
    project(HANDLES).assert_outcomes(passed=5, xfailed=1)


def test_tests_run_in_several_processes(project):
    """With pytest-xdist."""
    project(HANDLES, "-n", "2").assert_outcomes(passed=5, xfailed=1)


def test_the_marker_changes_settings(project):
    """Of the module, of the test, and of single providers."""
    project(MARKS).assert_outcomes(passed=4)


def test_a_transport_takes_the_place_of_the_network(project):
    """And what the test has built is closed with it."""
    project(TRANSPORT).assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("profle='x'", "no 'profle'. Did you mean 'profile'?"),
        ("'x'", "takes keywords only: profile, set, use, network."),
        ("set=['a=b']", "the marker's set is a mapping"),
    ],
)
def test_a_slip_in_the_marker_is_told(project, words, told):
    """The test is an error, with what was meant."""
    done = project(f"import pytest\n@pytest.mark.understudy({words})\ndef test_it(): pass\n")
    assert done.ret != 0
    assert told in "\n".join([*done.outlines, *done.errlines])


def test_the_marker_goes_with_a_settings_file(project):
    """Settings that are there already are not changed behind the test's back."""
    done = project(
        "import pytest\n@pytest.fixture\ndef understudy_settings(): return {'generation': {'use': 'mock'}}\n"
        "def test_mapping(understudy_container): pass\n"
        "@pytest.mark.understudy(profile='test')\ndef test_both(understudy_container): pass\n"
    )
    done.assert_outcomes(passed=1, errors=1)
    done.stdout.fnmatch_lines(["*go with a settings file*"])


def test_a_project_that_does_not_use_it_loads_nothing(project):
    """Neither pydantic nor dependency-injector nor anything else of the package."""
    done = project(
        "import sys\n"
        "def test_it():\n"
        "    assert not {'pydantic', 'dependency_injector', 'httpx', 'aiohttp', 'yaml'} & set(sys.modules)\n"
        "    loaded = {name for name in sys.modules if name.startswith('understudy')}\n"
        "    assert loaded <= {'understudy', 'understudy._version', 'understudy.integrations',"
        " 'understudy.integrations.pytest_plugin'}\n"
    )
    done.assert_outcomes(passed=1)


def test_the_plugin_is_announced():
    """Under the name by which it can be turned off: ``-p no:understudy``."""
    metadata = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert metadata["project"]["entry-points"]["pytest11"] == {"understudy": "understudy.integrations.pytest_plugin"}
