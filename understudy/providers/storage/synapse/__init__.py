"""Azure Synapse Analytics, dedicated SQL pools."""
