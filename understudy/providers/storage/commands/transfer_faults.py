"""What an engine says during an import or an export, as that command's own failure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from understudy.domain.errors import StorageError
from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault

if TYPE_CHECKING:
    from understudy.providers.storage.session import Session

__all__ = ["transfer_faults"]

_QUERY = frozenset({StorageCode.QUERY_FAILED, StorageCode.ROW_TOO_LARGE, StorageCode.UNKNOWN})


@contextmanager
def transfer_faults(session: Session, code: StorageCode) -> Iterator[None]:
    """Turn what a statement failed with into ``code``, a value that cannot be converted into 4202; others pass.

    Statements here are the driver's, not the user's: to call them a failed query would tell the user nothing.
    """
    try:
        yield
    except (CommandFault, StorageError):
        raise
    except FileNotFoundError as error:
        raise CommandFault(StorageCode.FILE_NOT_FOUND, f"the file {error} is not there any more") from error
    except OSError as error:
        raise CommandFault(code, f"a file failed: {error.strerror or error}; nothing of it was kept") from error
    except Exception as error:
        fault = session.backend.translate(error)
        if fault.code in _QUERY:
            fault.code = code
        elif fault.code == StorageCode.CONVERSION:
            fault.code = StorageCode.TYPE_MISMATCH
        raise fault from error
