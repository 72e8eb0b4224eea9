"""What is measured: each case done by raw duckdb and by our driver, in a process of its own.

``python cases.py CASE SIDE FOLDER`` prints one line of JSON: CPU and wall seconds of the work alone, the process's peak
memory in bytes, and how many times the work was done.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from understudy.config.models.storage import DuckDbSettings
from understudy.domain.storage import StorageCredentials
from understudy.providers.storage.duckdb.backend import DuckDbBackend
from understudy.providers.storage.protocol import storage_pb2 as pb

Work = Callable[[], Any]

COLUMNS = [
    ("id", "BIGINT"),
    ("name", "VARCHAR"),
    ("price", "DOUBLE"),
    ("day", "DATE"),
    ("hash", "VARCHAR"),
    ("flag", "BOOLEAN"),
    ("moment", "TIMESTAMP"),
    ("note", "VARCHAR"),
]
NAMES = [name for name, _ in COLUMNS]
_LIST = ", ".join(NAMES)
_DEFINITION = ", ".join(f"{name} {kind}" for name, kind in COLUMNS)
_READ_CSV = "(FORMAT csv, HEADER, AUTO_DETECT false, DELIMITER ',', QUOTE '\"', ESCAPE '\"')"
_OPTIONS = pb.ImportOptions
_TABLE = pb.ObjectRef(path=["b"], name="t")
_FILTER = "id >= 1000 AND name = 'name 7919' ORDER BY id DESC LIMIT 100"


def generate(folder: Path, rows: int) -> None:
    """The table as CSV and as Parquet: about 123 bytes of CSV to a row."""
    connection = duckdb.connect()
    connection.execute(
        f"""CREATE VIEW t AS SELECT i AS id, 'name ' || (i * 7919 % 100003) AS name, (i * 31 % 1000) / 10.0 AS price,
        DATE '2020-01-01' + (i % 1000)::INT AS day, md5(i::VARCHAR) AS hash, i % 2 = 0 AS flag,
        TIMESTAMP '2021-01-01' + INTERVAL (i) SECOND AS moment, 'some text of a note ' || i AS note
        FROM range({rows}) r(i)"""
    )
    connection.execute(f"COPY t TO '{folder / 'in.csv'}' (HEADER)")
    connection.execute(f"COPY t TO '{folder / 'in.parquet'}'")


class Raw:
    """duckdb alone, told what it can be told."""

    def __init__(self, data: Path, folder: Path, key: str) -> None:
        self.data, self.folder = data, folder
        self.connection = duckdb.connect(str(folder / "raw.duckdb"))
        self.connection.execute("SET late_materialization_max_rows = 1000")  # as ours: orders of 1000 rows want it
        self.connection.execute(f"CREATE TABLE t ({_DEFINITION}{key})")

    def load(self, kind: str) -> Any:
        options = _READ_CSV if kind == "csv" else "(FORMAT parquet)"
        return self.connection.execute(f"COPY t FROM '{self.data / f'in.{kind}'}' {options}")

    def export(self, kind: str) -> Any:
        options = "(FORMAT csv, HEADER)" if kind == "csv" else "(FORMAT parquet, COMPRESSION zstd)"
        return self.connection.execute(f"COPY (SELECT {_LIST} FROM t) TO '{self.folder / f'out.{kind}'}' {options}")

    def preview(self) -> Any:
        columns = ", ".join(f"{name}::VARCHAR" for name in NAMES)
        return self.connection.execute(f"SELECT {columns} FROM t WHERE {_FILTER}").fetchall()


class Ours:
    """The driver, in this process."""

    def __init__(self, data: Path, folder: Path, key: str) -> None:
        self.data, self.folder = data, folder
        roots = (str(data), str(folder))
        backend = DuckDbBackend(DuckDbSettings(database=str(folder / "ours.duckdb"), file_roots=roots))
        self.driver = backend.create_driver_client()
        self.run(pb.CreateBucketCommand(bucket_id="b", is_default_branch=True))
        columns = [pb.TableColumn(name=name, type=kind, nullable=name != "id") for name, kind in COLUMNS]
        keys = ["id"] if key else []
        self.run(pb.CreateTableCommand(path=["b"], table_name="t", columns=columns, primary_key=keys))

    def run(self, command: Any) -> Any:
        return self.driver.run_command(StorageCredentials(), command).response

    def load(self, kind: str, **options: Any) -> Any:
        return self.run(
            pb.TableImportFromFileCommand(
                file_format=pb.PARQUET if kind == "parquet" else pb.CSV,
                csv_options=pb.CsvOptions(column_names=NAMES),
                file_path=pb.FilePath(root=str(self.data), file_name=f"in.{kind}"),
                destination=_TABLE,
                import_options=_OPTIONS(
                    import_strategy=_OPTIONS.USER_DEFINED_TABLE, number_of_ignored_lines=1, **options
                ),
            )
        )

    def export(self, kind: str) -> Any:
        return self.run(
            pb.TableExportToFileCommand(
                source=_TABLE,
                file_format=pb.PARQUET if kind == "parquet" else pb.CSV,
                file_path=pb.FilePath(root=str(self.folder), file_name=f"out.{kind}"),
            )
        )

    def preview(self) -> Any:
        return self.run(
            pb.PreviewTableCommand(
                path=["b"],
                table_name="t",
                where_filters=[
                    pb.Filter(column="id", operator=pb.Filter.GE, values=["1000"], data_type=pb.BIGINT),
                    pb.Filter(column="name", values=["name 7919"]),
                ],
                order_by=[pb.OrderBy(column="id", order=pb.OrderBy.DESC, data_type=pb.BIGINT)],
            )
        )


def import_csv(side: Raw | Ours) -> tuple[Work, int]:
    """CSV straight into a typed table."""
    return lambda: side.load("csv"), 1


def import_parquet(side: Raw | Ours) -> tuple[Work, int]:
    """Parquet straight into a typed table."""
    return lambda: side.load("parquet"), 1


def import_staged(side: Raw | Ours) -> tuple[Work, int]:
    """CSV by key, through a staging table, duplicates looked for; raw duckdb copies it."""
    if isinstance(side, Raw):
        return lambda: side.load("csv"), 1
    options = {"import_type": _OPTIONS.INCREMENTAL, "dedup_columns_names": ["id"]}
    return lambda: side.load("csv", **options), 1


def export_csv(side: Raw | Ours) -> tuple[Work, int]:
    """A whole table as CSV."""
    side.load("parquet")
    return lambda: side.export("csv"), 1


def export_parquet(side: Raw | Ours) -> tuple[Work, int]:
    """A whole table as Parquet."""
    side.load("parquet")
    return lambda: side.export("parquet"), 1


def preview(side: Raw | Ours) -> tuple[Work, int]:
    """A hundred rows at most by two filters and an order, the statement built before."""
    side.load("parquet")
    side.preview()
    return side.preview, 20


def command(side: Raw | Ours) -> tuple[Work, int]:
    """One command that finds nothing to do: what a driver costs before its first statement; raw duckdb does nothing."""
    if isinstance(side, Raw):
        return lambda: None, 20_000
    nothing = pb.RemoveBackendCommand()
    side.run(nothing)
    return lambda: side.run(nothing), 20_000


CASES: dict[str, Callable[[Raw | Ours], tuple[Work, int]]] = {
    "import-csv": import_csv,
    "import-parquet": import_parquet,
    "import-staged": import_staged,
    "export-csv": export_csv,
    "export-parquet": export_parquet,
    "preview": preview,
    "command": command,
}


def main(case: str, side: str, data: str) -> None:
    """Do one case and print what it took."""
    with tempfile.TemporaryDirectory(dir=data) as folder:
        key = ""
        made: Raw | Ours = (Raw if side == "raw" else Ours)(Path(data), Path(folder), key)
        work, times = CASES[case](made)
        before, began = _cpu(), time.perf_counter()
        for _ in range(times):
            work()
        wall, cpu = time.perf_counter() - began, _cpu() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(json.dumps({"cpu": cpu / times, "wall": wall / times, "peak": peak, "times": times}))


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main(*sys.argv[1:4])
