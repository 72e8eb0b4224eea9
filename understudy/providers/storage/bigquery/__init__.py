"""Google BigQuery: datasets of a project, through the vendor's client."""
