"""Settings of the storage family. The vendors' sections are in storage_backends.py, imported where one is used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import ConfigDict, Field, PositiveFloat, PositiveInt

from understudy.config.models.base import Section, StorageUse
from understudy.config.models.later import Later

if TYPE_CHECKING:
    from understudy.config.models.storage_backends import (
        BigQuerySettings,
        DeltaSettings,
        ExasolSettings,
        RedshiftSettings,
        SnowflakeSettings,
        StorageInstances,
        SynapseSettings,
    )
    from understudy.config.models.storage_mock import StorageMockSettings

    _BigQuery = BigQuerySettings
    _Delta = DeltaSettings
    _Exasol = ExasolSettings
    _Instances = StorageInstances
    _Mock = StorageMockSettings
    _Redshift = RedshiftSettings
    _Snowflake = SnowflakeSettings
    _Synapse = SynapseSettings
else:
    _VENDORS = "understudy.config.models.storage_backends"
    _BigQuery = Annotated[Any, Later(f"{_VENDORS}:BigQuerySettings")]
    _Delta = Annotated[Any, Later(f"{_VENDORS}:DeltaSettings")]
    _Exasol = Annotated[Any, Later(f"{_VENDORS}:ExasolSettings")]
    _Instances = Annotated[Any, Later(f"{_VENDORS}:StorageInstances")]
    _Mock = Annotated[Any, Later("understudy.config.models.storage_mock:StorageMockSettings")]
    _Redshift = Annotated[Any, Later(f"{_VENDORS}:RedshiftSettings")]
    _Snowflake = Annotated[Any, Later(f"{_VENDORS}:SnowflakeSettings")]
    _Synapse = Annotated[Any, Later(f"{_VENDORS}:SynapseSettings")]

__all__ = ["BackendSettings", "DuckDbSettings", "StorageSettings"]

_ONCE = ConfigDict(defer_build=True)
"""Validators are built as parts of the whole, and not for each model before."""


class BackendSettings(Section):
    """What every storage backend can be told; a third party's settings model derives from this one."""

    model_config = _ONCE

    use: StorageUse | None = None
    """Real or stand-in; absent: what `storage.use` says."""
    timeout: PositiveFloat | None = None
    """For one command, in seconds, where its own options say nothing; absent: no limit."""
    connections: PositiveInt = 4
    """How many idle connections are kept for each user."""
    file_roots: tuple[str, ...] = ()
    """Folders of this machine that commands may import from and export to; none: no local files."""
    mock: _Mock | None = None
    """The stand-in's script, for `use: mock`."""


class DuckDbSettings(BackendSettings):
    """The embedded DuckDB backend."""

    database: str = Field(default="data/understudy.duckdb", min_length=1)
    """The database file, relative to the working directory; `:memory:` keeps nothing."""
    projects: str | None = None
    """The folder of the databases that projects have; absent: `<database>.projects` beside the database file."""
    read_only: bool = False
    """Read only: several processes may then have the file open, while none writes it."""


class StorageSettings(Section):
    """The storage family."""

    model_config = _ONCE

    use: StorageUse = "real"
    """For the whole family; each backend may say otherwise."""
    default: str = "duckdb"
    """The backend, or the instance of one, where a call names none: a name or an alias."""
    duckdb: DuckDbSettings = Field(default_factory=DuckDbSettings)
    snowflake: _Snowflake | None = None
    """Snowflake."""
    bigquery: _BigQuery | None = None
    """Google BigQuery."""
    redshift: _Redshift | None = None
    """Amazon Redshift."""
    synapse: _Synapse | None = None
    """Azure Synapse Analytics, dedicated SQL pools."""
    exasol: _Exasol | None = None
    """Exasol."""
    delta: _Delta | None = None
    """Delta Lake tables in a folder or a bucket."""
    instances: _Instances | None = None
    """Further instances of the backends, by backend and name: `instances: {snowflake: {reporting: {…}}}`."""
    plugins: Mapping[str, Mapping[str, Any]] = Field(default_factory=dict)
    """Third-party backends by name; each is validated by the plugin's own settings model."""
