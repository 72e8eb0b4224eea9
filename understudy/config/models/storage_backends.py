"""Settings of the vendors' storage backends. Secrets here are what databases take: any text, PEM keys included."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, GetPydanticSchema, PositiveFloat, PositiveInt
from pydantic_core import core_schema

from understudy.config.models.base import BaseUrl, Section
from understudy.config.models.storage import BackendSettings, DuckDbSettings
from understudy.domain.secrets import MASK, Secret

__all__ = [
    "BigQuerySettings",
    "DeltaSettings",
    "ExasolSettings",
    "OptionalPassword",
    "RedshiftSettings",
    "ServerSettings",
    "SnowflakeSettings",
    "StorageInstances",
    "SynapseSettings",
]


def _read_password(value: Any) -> Secret:
    if not isinstance(value, Secret | str):
        raise ValueError("a credential is a string")
    return value if isinstance(value, Secret) else Secret(value)


def _password_schema(_source: Any, _handler: Any) -> core_schema.CoreSchema:
    return core_schema.no_info_plain_validator_function(
        _read_password,
        serialization=core_schema.plain_serializer_function_ser_schema(
            lambda _: MASK, return_schema=core_schema.str_schema()
        ),
        json_schema_input_schema=core_schema.str_schema(),
    )


def _empty_is_absent(value: Any) -> Any:
    return None if isinstance(value, Secret | str) and not value else value


OptionalPassword = Annotated[
    Annotated[Secret, GetPydanticSchema(_password_schema)] | None, BeforeValidator(_empty_is_absent)
]
"""A password or a key that may be absent; an empty string is absent. It may be any text, unlike a header's."""


class ServerSettings(BackendSettings):
    """What every backend behind a network can be told."""

    connect_timeout: PositiveFloat = 30.0
    """For connecting and logging in, in seconds."""
    credentials: str | None = Field(default=None, pattern=r"^[\w.]+:[\w.]+$")
    """An import string of a function without arguments that returns StorageCredentials, in place of the settings'."""


class SnowflakeSettings(ServerSettings):
    """Snowflake."""

    account: str = ""
    """The account's identifier: `org-account`."""
    host: str = ""
    """The server's name, where it does not follow from the account."""
    port: PositiveInt = 443
    """The server's port."""
    protocol: Literal["https", "http"] = "https"
    """`http` is for a server on this machine only."""
    user: str = ""
    """The user who runs commands that bring no credentials of their own."""
    password: OptionalPassword = None
    """The user's password or programmatic access token."""
    private_key: OptionalPassword = None
    """The user's private key in PEM, in place of a password."""
    private_key_file: Path | None = None
    """The file with that key."""
    private_key_passphrase: OptionalPassword = None
    """What the key is encrypted with."""
    role: str = ""
    """The role; empty: the user's default."""
    warehouse: str = ""
    """The warehouse; empty: the user's default."""
    database: str = ""
    """The database where a path names none."""
    default_schema: str = ""
    """The schema where a query names none."""
    storage_integration: str = ""
    """The storage integration that opens buckets for which a command brings no keys; Google takes no others."""
    workspace_statement_timeout: PositiveInt | None = None
    """For one statement of a workspace's user, in seconds."""


class BigQuerySettings(ServerSettings):
    """Google BigQuery."""

    project: str = ""
    """The project where a path names none, and which is billed; empty: the service account's own."""
    folder_id: str = ""
    """The folder in which a program of its own makes projects: BigQuery's commands make none, and do not use it."""
    location: str = "US"
    """Where new datasets are: a region or a multi-region."""
    credentials_file: Path | None = None
    """A service account's key file."""
    credentials_json: OptionalPassword = None
    """The text of such a file, in its place."""
    endpoint: BaseUrl | None = None
    """The API's address, other than Google's own."""


class RedshiftSettings(ServerSettings):
    """Amazon Redshift."""

    host: str = ""
    """The cluster's or workgroup's endpoint."""
    port: PositiveInt = 5439
    """Its port."""
    user: str = ""
    """The user who runs commands that bring no credentials of their own."""
    password: OptionalPassword = None
    """The user's password."""
    database: str = "dev"
    """The database that is connected to."""
    region: str = ""
    """The region of the buckets that are imported from and exported to; empty: the cluster's own."""
    iam_role: str = ""
    """The role that COPY and UNLOAD take, where a command brings no keys."""
    insecure_skip_verify: bool = False
    """Connect without checking the server's certificate."""
    tls: bool = True
    """Encrypt the connection; without it only to this machine."""


class SynapseSettings(ServerSettings):
    """Azure Synapse Analytics, dedicated SQL pools."""

    host: str = ""
    """The pool's endpoint: `name.sql.azuresynapse.net`."""
    port: PositiveInt = 1433
    """Its port."""
    user: str = ""
    """The user who runs commands that bring no credentials of their own."""
    password: OptionalPassword = None
    """The user's password."""
    managed_identity: bool = False
    """Log in as the machine's own identity, without a password."""
    database: str = ""
    """The pool's database."""
    insecure_skip_verify: bool = False
    """Connect without checking the server's certificate."""
    tls: bool = True
    """Encrypt the connection; without it only to this machine."""


class ExasolSettings(ServerSettings):
    """Exasol."""

    host: str = ""
    """A node, or a range of nodes: `10.0.0.11..14`."""
    port: PositiveInt = 8563
    """Their port."""
    user: str = ""
    """The user who runs commands that bring no credentials of their own."""
    password: OptionalPassword = None
    """The user's password."""
    fingerprint: str = ""
    """The certificate's SHA-256 fingerprint, where no authority has signed it."""
    default_schema: str = ""
    """The schema where a query names none."""
    insecure_skip_verify: bool = False
    """Connect without checking the server's certificate."""
    tls: bool = True
    """Encrypt the connection; without it only to this machine."""


class DeltaSettings(BackendSettings):
    """Delta Lake tables."""

    location: str = Field(default="data/delta", min_length=1)
    """A folder, or the URL of a bucket or container: `s3://bucket/folder`, `gs://…`, `az://…`."""
    region: str = ""
    """The bucket's region."""
    endpoint: BaseUrl | None = None
    """The object store's address, other than the provider's own."""
    key: str = ""
    """The access key's id, or the storage account's name."""
    secret: OptionalPassword = None
    """The secret key, the account's key, or a service account's JSON; absent: what the machine's own role gives."""
    token: OptionalPassword = None
    """The session's token, where the key is a temporary one."""
    options: Mapping[str, str] = Field(default_factory=dict)
    """More options for the object store, in delta-rs's own words; no secrets."""


class StorageInstances(Section):
    """Further instances of the backends, each under a name of its own and with settings of its own."""

    duckdb: Mapping[str, DuckDbSettings] = Field(default_factory=dict)
    snowflake: Mapping[str, SnowflakeSettings] = Field(default_factory=dict)
    bigquery: Mapping[str, BigQuerySettings] = Field(default_factory=dict)
    redshift: Mapping[str, RedshiftSettings] = Field(default_factory=dict)
    synapse: Mapping[str, SynapseSettings] = Field(default_factory=dict)
    exasol: Mapping[str, ExasolSettings] = Field(default_factory=dict)
    delta: Mapping[str, DeltaSettings] = Field(default_factory=dict)
