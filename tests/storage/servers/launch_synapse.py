"""Start the TDS fake over DuckDB that the vendor's driver takes for Synapse; objects are found in the given folder."""

import asyncio
import sys
from pathlib import Path

import duckdb
from lifeline import announce, until_parent_ends
from objects import Objects
from synapse_catalog import VIEWS
from synapse_server import Connection
from synapse_sql import TsqlSession


async def main(folder: Path) -> None:
    database = duckdb.connect()
    database.execute("ATTACH ':memory:' AS dev; USE dev")
    database.execute(VIEWS)
    objects = Objects(folder)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with database.cursor() as cursor:
            session = TsqlSession(cursor, objects)
            await Connection(session, "tester", "Passw0rd!").serve(reader, writer)  # pragma: allowlist secret

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    announce(server.sockets[0].getsockname()[1])
    await until_parent_ends()
    server.close()


asyncio.run(main(Path(sys.argv[1])))
