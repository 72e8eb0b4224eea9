"""Jobs of a BigQuery project, through the vendor's client. Source: the vendor's REST reference of jobs and tables."""

from __future__ import annotations

import contextlib
import math
import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from understudy.domain.storage import RuntimeOptions
from understudy.providers.storage.bigquery.fields import type_of_field
from understudy.providers.storage.connection import Connection, ResultColumn, Rows

if TYPE_CHECKING:
    from google.api_core.retry import Retry
    from google.cloud.bigquery import Client, DatasetReference, Table, TableReference
    from google.cloud.bigquery.job import (
        ExtractJob,
        ExtractJobConfig,
        LoadJob,
        LoadJobConfig,
        QueryJob,
        QueryJobConfig,
    )

    from understudy.providers.storage.sql.tables import TableName

__all__ = ["BigQueryConnection"]

_CHANGES = frozenset({"DELETE", "INSERT", "MERGE", "TRUNCATE_TABLE", "UPDATE"})
_MARK = re.compile(r"[^\w-]", re.ASCII)
_LONGEST_MARK = 63
_MOST_MARKS = 64
_PAGE = 10_000
"""Rows that are fetched at once."""
_GRACE = 2.0
"""Seconds for which a job is waited for beyond its limit, so that it is the engine that says how it ended."""


class BigQueryConnection(Connection):
    """A client: every statement is a job of its own, so that nothing stays between two of them.

    ``patience`` is how many seconds one request may take, with those that repeat it where the service says so.
    """

    def __init__(self, client: Client, *, patience: float) -> None:
        self.client = client
        self.patience = patience
        self._running: Any = None
        self._cancelling: threading.Thread | None = None
        self._labels: dict[str, str] = {}
        self._limit: float | None = None
        self._dataset: str | None = None

    @property
    def retry(self) -> Retry:
        """How requests are repeated: those that the client knows to be safe, for as long as patience lasts."""
        from google.cloud.bigquery import DEFAULT_RETRY

        return DEFAULT_RETRY.with_timeout(self.patience)

    def prepare(self, options: RuntimeOptions, *, limit: float | None) -> None:
        """Mark the jobs of the next command by labels, and limit each of them.

        Labels take lower case letters, digits, dashes and underscores: what else a mark has becomes an underscore, and
        what is longer than 63 characters is cut.
        """
        told = {**({"run_id": options.run_id} if options.run_id else {}), **options.query_tags}
        marks = {_mark(name): _mark(value) for name, value in told.items()}
        self._labels = {name: marks[name] for name in list(marks)[:_MOST_MARKS] if name[:1].isalpha()}
        self._limit = limit
        self._dataset = None

    def enter(self, dataset: str | None) -> None:
        """Look unqualified names up in this dataset, ``project.dataset``; None for none."""
        self._dataset = dataset

    def execute(self, sql: str, parameters: Sequence[Any] = (), *, limit: int | None = None) -> Rows:
        """Run one statement and read what it gives: the first ``limit`` rows, None for all."""
        job = self.client.query(
            sql, job_config=self._config(parameters), retry=self.retry, job_retry=None, timeout=self.patience
        )
        with self._interruptible(job):
            found = job.result(max_results=limit, retry=self.retry, job_retry=None, timeout=self._timeout())
            return _rows(job, found)

    @contextlib.contextmanager
    def stream(self, sql: str, parameters: Sequence[Any]) -> Iterator[tuple[Sequence[str], Iterator[tuple[Any, ...]]]]:
        """The names and the rows of a query; rows are fetched page by page, as they are asked for."""
        job = self.client.query(
            sql, job_config=self._config(parameters), retry=self.retry, job_retry=None, timeout=self.patience
        )
        with self._interruptible(job):
            found = job.result(page_size=_PAGE, retry=self.retry, job_retry=None, timeout=self._timeout())
            yield [field.name for field in found.schema], (row.values() for row in found)

    def finish(self, job: LoadJob | ExtractJob) -> None:
        """Wait until a job of another kind has ended. Raises what it ended with."""
        with self._interruptible(job):
            job.result(retry=self.retry, timeout=self._timeout())

    def mark(self, config: LoadJobConfig | ExtractJobConfig | QueryJobConfig) -> None:
        """Give a job the labels and the limit of the command that it is part of."""
        config.labels = self._labels
        if self._limit is not None:
            config.job_timeout_ms = math.ceil(self._limit * 1000) + 1000

    def find_table(self, table: TableName) -> Table | None:
        """What the service knows of a table or view; None where it is not there."""
        from google.api_core.exceptions import NotFound

        try:
            return self.client.get_table(self.reference(table), retry=self.retry, timeout=self.patience)
        except NotFound:
            return None

    def datasets(self, project: str | None) -> Sequence[str]:
        """The datasets of a project, None for the client's own; none where there is no such project."""
        return self._datasets(project) or ()

    def has_project(self, project: str) -> bool:
        """Whether there is a project of this id that the account may look into."""
        return self._datasets(project, most=1) is not None

    def has_dataset(self, path: Sequence[str]) -> bool:
        """Whether there is a dataset."""
        from google.api_core.exceptions import NotFound

        try:
            self.client.get_dataset(self._dataset_reference(path), retry=self.retry, timeout=self.patience)
        except NotFound:
            return False
        return True

    def tables(self, path: Sequence[str]) -> Sequence[tuple[str, str]]:
        """Names and kinds of what is in a dataset: ``TABLE``, ``VIEW``, ``MATERIALIZED_VIEW``, ``EXTERNAL`` and on."""
        from google.api_core.exceptions import NotFound

        try:
            found = self.client.list_tables(self._dataset_reference(path), retry=self.retry, timeout=self.patience)
            return [(str(one.table_id), str(one.table_type)) for one in found]
        except NotFound:
            return ()

    def projects(self) -> Sequence[str]:
        """The projects that the account can see."""
        found = self.client.list_projects(retry=self.retry, timeout=self.patience)
        return [str(one.project_id) for one in found]

    def begin(self) -> None:
        """The backend declares no transactions: every job is one of its own."""

    def commit(self) -> None:
        """As ``begin``."""

    def rollback(self) -> None:
        """As ``begin``."""

    def interrupt(self) -> None:
        """Ask the service to cancel the job that runs; it then ends with the reason ``stopped``.

        In a thread: a service that does not answer would hold up who asks.
        """
        if self._cancelling is None or not self._cancelling.is_alive():
            self._cancelling = threading.Thread(target=self._cancel, name="understudy-bigquery-cancel", daemon=True)
            self._cancelling.start()

    def reset(self) -> bool:
        """A query leaves nothing behind but the dataset that it was run in."""
        self._dataset = None
        return True

    def close(self) -> None:
        """Close the client's connections."""
        self.client.close()  # type: ignore[no-untyped-call]  # the library is annotated in part

    def _datasets(self, project: str | None, *, most: int | None = None) -> Sequence[str] | None:
        from google.api_core.exceptions import NotFound

        try:
            found = self.client.list_datasets(project, max_results=most, retry=self.retry, timeout=self.patience)
            return [str(one.dataset_id) for one in found]
        except NotFound:
            return None

    def _cancel(self) -> None:
        job = self._running
        if job is not None:
            with contextlib.suppress(Exception):  # whoever interrupts asks again while the job runs
                job.cancel(retry=None, timeout=self.patience)

    @contextlib.contextmanager
    def _interruptible(self, job: Any) -> Iterator[None]:
        self._running = job
        try:
            yield
        finally:
            self._running = None

    def _config(self, parameters: Sequence[Any]) -> QueryJobConfig:
        from google.cloud.bigquery import ScalarQueryParameter
        from google.cloud.bigquery.job import QueryJobConfig

        config = QueryJobConfig(query_parameters=[ScalarQueryParameter(None, "STRING", one) for one in parameters])
        self.mark(config)
        if self._dataset is not None:
            config.default_dataset = self._dataset
        return config

    def _timeout(self) -> Any:
        from google.cloud.bigquery.retry import POLLING_DEFAULT_VALUE

        return POLLING_DEFAULT_VALUE if self._limit is None else self._limit + _GRACE

    def reference(self, table: TableName) -> TableReference:
        """A table as jobs name it."""
        return self._dataset_reference(table.path).table(table.name)

    def _dataset_reference(self, path: Sequence[str]) -> DatasetReference:
        from google.cloud.bigquery import DatasetReference

        return DatasetReference(path[-2] if len(path) > 1 else self.client.project, path[-1])


def _rows(job: QueryJob, found: Iterable[Any]) -> Rows:
    if job.statement_type in _CHANGES:
        return Rows(affected=job.num_dml_affected_rows)
    fields = getattr(found, "schema", ())
    return Rows(
        columns=tuple(ResultColumn(field.name, type_of_field(field)) for field in fields),
        rows=[row.values() for row in found],
    )


def _mark(text: str) -> str:
    return _MARK.sub("_", text.lower())[:_LONGEST_MARK]
