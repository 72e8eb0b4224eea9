"""What the registry knows of BigQuery."""

from __future__ import annotations

from understudy.providers.storage.spec import BackendSpec

__all__ = ["SPEC"]

SPEC = BackendSpec(
    name="bigquery",
    title="Google BigQuery",
    backend="understudy.providers.storage.bigquery.backend:BigQueryBackend",
    settings="understudy.config.models.storage_backends:BigQuerySettings",
    aliases=("bq",),
    extra="bigquery",
    proof="the vendor's client against bqemulator; the rest golden SQL; not against Google's service",
)
