"""The command group: help, version, near matches, exit statuses and what goes wrong."""

from __future__ import annotations

import os
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from understudy._version import __version__
from understudy.cli.exits import MEANINGS, Exit, status_of
from understudy.cli.lazy import Entry
from understudy.cli.root import ENTRIES, Root
from understudy.domain import errors
from understudy.domain.errors import Fault, UnderstudyError


def test_version_is_the_packages_and_imports_no_more_than_it_needs(process, bare_environment):
    done = process("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"understudy {__version__}\n", "")
    code = (
        "import sys; sys.argv = ['understudy', '--version']\n"
        "from understudy.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'rich', 'pydantic', 'httpx', 'aiohttp', 'yaml', 'dependency_injector', 'fastapi', 'asyncio'}\n"
        "sys.exit(f'imported {heavy & set(sys.modules)}' if heavy & set(sys.modules) else 0)"
    )
    lean = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", code], env=bare_environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert (lean.returncode, lean.stderr) == (0, "")


def test_help_names_every_command_and_every_exit_status(run):
    result = run("--help")
    assert result.exit_code == 0
    for name in ENTRIES:
        assert f"  {name} " in result.stdout
    for status, meaning in MEANINGS.items():
        assert str(int(status)) in result.stdout
        assert meaning.split(":")[0] in result.stdout


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_every_command_in_the_table_exists_and_has_help(run, name):
    result = run(name, "--help")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(f"Usage: understudy {name}")


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["akk"], "Did you mean 'ask'?"),
        (["provider"], "Did you mean 'providers'?"),
        (["xyzzy"], "There are: ask, chat"),
        (["ask", "--porfile", "test", "hi"], "--profile"),
        (["completion", "tcsh"], "'tcsh' is not one of"),
    ],
)
def test_a_slip_is_answered_with_what_was_meant(run, args, expected):
    result = run(*args)
    assert result.exit_code == Exit.USAGE
    assert expected in result.stderr
    assert result.stdout == ""


def test_every_error_class_has_a_documented_exit_status():
    classes = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, UnderstudyError)]
    statuses = {kind.__name__: status_of(kind.__new__(kind)) for kind in classes if not kind.__name__.startswith("_")}
    assert set(statuses.values()) <= set(MEANINGS)
    assert statuses["ConfigurationError"] == statuses["WiringError"] == Exit.SETTINGS
    assert statuses["ProviderNotFoundError"] == statuses["MissingCredentialsError"] == Exit.NO_PROVIDER
    assert statuses["RateLimitError"] == statuses["UnsupportedCapabilityError"] == Exit.FAILED
    assert status_of(RuntimeError()) == Exit.INTERNAL


def failing(error: BaseException) -> Root:
    """A group with one command, ``fail``, that raises ``error``."""

    @click.command()
    def fail() -> None:
        raise error

    group = Root(name="understudy", entries={"fail": Entry("tests:none", "Fail.")})
    group.get_command = lambda ctx, name: fail  # type: ignore[method-assign] # stands in for the import
    return group


def invoke(error: BaseException, meta: bool = False):
    group = failing(error)
    if meta:
        group.callback = lambda: click.get_current_context().meta.update({"understudy.traceback": True})
    return CliRunner().invoke(group, ["fail"])


def test_an_error_of_the_library_is_its_message_without_a_traceback():
    result = invoke(errors.ConfigurationError([Fault(where="a.b", reason="is wrong", origin="settings.yaml:3:4")]))
    assert result.exit_code == Exit.SETTINGS
    assert "settings.yaml:3:4: a.b: is wrong" in result.stderr
    assert "Traceback" not in result.output
    assert result.stdout == ""


def test_a_fault_of_ours_names_its_kind_and_hides_its_words():
    result = invoke(RuntimeError("words that may hold a secret"))
    assert result.exit_code == Exit.INTERNAL
    assert "RuntimeError" in result.stderr
    assert "--traceback" in result.stderr
    assert "secret" not in result.output


def test_a_plugins_fault_is_told_by_the_plugins_name():
    error = RuntimeError("words that may hold a secret")
    error.add_note("while making the generation provider 'acme' of acme-package")
    result = invoke(error)
    assert result.exit_code == Exit.INTERNAL
    assert "or in the plugin named below" in result.stderr
    assert result.stderr.rstrip().endswith("while making the generation provider 'acme' of acme-package")
    assert "secret" not in result.output


def test_the_traceback_is_shown_when_asked_for():
    result = invoke(errors.RateLimitError("slow down", provider="claude"), meta=True)
    assert result.exit_code == Exit.FAILED
    assert "Traceback (most recent call last)" in result.stderr
    assert "slow down" in result.stderr


def test_partial_text_is_counted_in_the_message():
    result = invoke(errors.StreamInterruptedError("cut off", partial_text="twelve chars"))
    assert "12 characters of the answer had arrived" in result.stderr


@pytest.mark.parametrize(
    ("error", "status"), [(KeyboardInterrupt(), 130), (click.Abort(), 130), (BrokenPipeError(), 141)]
)
def test_interruptions_and_closed_pipes_are_silent(error, status):
    result = invoke(error)
    assert (result.exit_code, result.output) == (status, "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_ask_this_program(run, shell):
    result = run("completion", shell)
    assert result.exit_code == 0
    assert "_UNDERSTUDY_COMPLETE" in result.stdout


def test_the_shell_is_offered_commands_and_options(process):
    env = {"_UNDERSTUDY_COMPLETE": "bash_complete", "COMP_WORDS": "understudy pro", "COMP_CWORD": "1"}
    assert process(env=env).stdout.split() == ["plain,providers"]


def test_a_reader_that_goes_away_leaves_no_words_behind(bare_environment, tmp_path):
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "understudy", "--help"]
    done = subprocess.run(  # noqa: S603 - our own program
        command, stdout=writing, stderr=subprocess.PIPE, env=bare_environment, cwd=tmp_path, timeout=60, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (Exit.PIPE_CLOSED, b"")
