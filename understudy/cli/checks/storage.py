"""The storage backend that the settings ask for by default."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from understudy.cli.checks.base import Examination, Finding, failure, ok
from understudy.domain.errors import ConfigurationError, MissingCredentialsError, ProviderNotFoundError, WiringError

__all__ = ["check_default"]


def check_default(examination: Examination) -> Iterator[Finding]:
    """Whether it is there, can be imported, and has the credentials that its commands need. Nothing is connected to."""
    loaded = examination.loaded
    if loaded is None:
        return
    if loaded.tree.find(("storage",)) is None:
        yield ok("storage: the settings do not speak of it")
        return
    try:
        from understudy.providers.storage.facade import Storage

        with closing(Storage(loaded.settings.storage, plugins=loaded.storage_plugins)) as storage:
            instance = storage.instance()
            storage.backend()
            storage.credentials()
    except ProviderNotFoundError as error:
        where = loaded.origin("storage.default")
        yield failure(f"{where}: storage.default: {error}", fix="Name a backend, an alias, or an instance.")
    except ImportError as error:
        yield failure(
            f"storage.default: what the backend needs cannot be imported: {error}",
            fix="pip install 'understudy[storage]', or the backend's own extra.",
        )
    except (ConfigurationError, MissingCredentialsError, WiringError) as error:
        yield failure(f"storage.default: {error}", fix="Mend it there, or say `storage: {use: mock}`.")
    else:
        yield ok(f"storage: {instance.name}, {instance.use}")
