"""The storage backends by name: the common registry over another kind of spec."""

import subprocess
import sys

import pytest

from understudy.domain.errors import DuplicateProviderError, ProviderNotFoundError
from understudy.providers.storage.registry import BUILT_IN, StorageBackendRegistry, storage_registry
from understudy.providers.storage.spec import BackendSpec


def _spec(name, **changes):
    return BackendSpec(name=name, title=name, backend="nowhere:Backend", settings="nowhere:Settings", **changes)


def test_the_built_in_backends_keep_what_they_announced():
    registry = storage_registry(plugins=False)
    for name, _, aliases in BUILT_IN:
        spec = registry.get(name)
        assert (spec.name, spec.aliases) == (name, aliases)
    assert not registry.broken


def test_an_alias_stands_for_its_backend():
    assert storage_registry(plugins=False).get("DUCK").name == "duckdb"


def test_a_third_party_adds_a_backend_and_takes_no_name():
    registry = storage_registry(plugins=False)
    registry.register(_spec("acme", aliases=("ac",)))
    assert registry.get("ac").name == "acme"
    with pytest.raises(DuplicateProviderError, match="storage provider name 'duck' is taken by 'duckdb'"):
        registry.register(_spec("other", aliases=("duck",)))


def test_an_unknown_backend_is_answered_with_the_nearest():
    with pytest.raises(ProviderNotFoundError, match=r"No storage provider is called 'dukdb'\. Did you mean 'duckdb'\?"):
        storage_registry(plugins=False).get("dukdb")


def test_what_is_no_backend_spec_is_skipped_and_says_why():
    registry = StorageBackendRegistry()
    registry.register_lazy("claude", "understudy.providers.generation.anthropic.spec:SPEC")
    assert "claude" not in registry
    assert "it yields ProviderSpec, not a BackendSpec" in registry.broken[0].reason


def test_the_names_are_there_without_any_driver_or_sql_library():
    code = (
        "import sys; from understudy.providers.storage.registry import storage_registry; "
        "names = storage_registry(plugins=False).names; assert 'duckdb' in names; "
        "print([each for each in ('duckdb', 'sqlglot', 'google.protobuf') if each in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
