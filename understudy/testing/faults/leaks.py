"""Finds a credential where nobody may see it: texts, tracebacks, the locals of frames, log records."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Collection, Iterator
from types import TracebackType
from typing import Self

from understudy.domain.secrets import Secret

__all__ = ["LogTap", "chain", "leaks"]


def chain(error: BaseException) -> list[BaseException]:
    """The error, its cause or context, and so on, each once."""
    seen: list[BaseException] = []
    each: BaseException | None = error
    while each is not None and each not in seen:
        seen.append(each)
        each = each.__cause__ or each.__context__
    return seen


def leaks(error: BaseException, secret: Secret, *, ignore: Collection[str] = ()) -> tuple[str, ...]:
    """Where ``secret`` shows in an error and in everything chained to it; empty where it does not.

    Looked at are ``str``, ``repr``, the attributes, the formatted traceback, and the ``repr`` of every local of every
    frame of the traceback, which is what debuggers and error trackers show. Frames of the files in ``ignore`` are left
    out: a test's own frames know the credential.
    """
    found = ["traceback"] if secret.reveal() in "".join(traceback.format_exception(error)) else []
    for each in chain(error):
        texts = {"str": str(each), "repr": repr(each), "attributes": repr(vars(each))}
        found += [name for name, text in texts.items() if secret.reveal() in text]
        found += _in_frames(each.__traceback__, secret, ignore)
    return tuple(dict.fromkeys(found))


def _in_frames(trace: TracebackType | None, secret: Secret, ignore: Collection[str]) -> Iterator[str]:
    for frame, _ in traceback.walk_tb(trace):
        code = frame.f_code
        if code.co_filename in ignore:
            continue
        for name, value in frame.f_locals.items():
            if secret.reveal() in repr(value):
                yield f"{code.co_qualname}: {name}"


class LogTap(logging.Handler):
    """Collects what is logged, by anyone and at any level, while it is open.

    It has to set the root logger's level to DEBUG for that long, so tests that use it do not share a process's threads.
    """

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.lines: list[str] = []
        self._level = logging.NOTSET

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the record's message and all its fields."""
        self.lines.append(f"{record.getMessage()} {vars(record)!r}")

    def __enter__(self) -> Self:
        root = logging.getLogger()
        self._level = root.level
        root.setLevel(logging.DEBUG)
        root.addHandler(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        root = logging.getLogger()
        root.removeHandler(self)
        root.setLevel(self._level)
