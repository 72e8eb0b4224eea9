"""Around the reading of an answer: its failures become errors that show nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType

from understudy.domain.errors import ProviderError

__all__ = ["Reading", "without_frames"]


def without_frames(error: ProviderError) -> ProviderError:
    """The error without the frames that it and its causes came through: their locals hold the answer.

    A service may repeat the credential in its answer, and debuggers and error trackers show locals.
    """
    each: BaseException | None = error
    while each is not None:
        each.__traceback__ = None
        each = each.__cause__ or each.__context__
    return error


class Reading:
    """A context that raises ``failure`` of what was raised in it, where that gives one.

    Not a ``contextmanager``: that one puts the frames back which ``without_frames`` took away.
    """

    def __init__(self, failure: Callable[[BaseException | None], ProviderError | None]) -> None:
        self._failure = failure

    def __enter__(self) -> None:
        """Nothing is prepared."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        failure = self._failure(error)
        if failure is not None:
            raise without_frames(failure)
