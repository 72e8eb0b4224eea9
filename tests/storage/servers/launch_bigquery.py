"""Start bqemulator in its own environment, with gs:// paths read and written under the folder that is given.

It runs without DuckDB's spatial and avro extensions, which it would download: no GEOGRAPHY, no Avro.
"""

import asyncio
import sys
from pathlib import Path

from bqemulator.config import LogLevel, Settings
from bqemulator.server import EmulatorServer
from bqemulator.storage.engine import DuckDBEngine
from lifeline import announce, until_parent_ends


async def main(folder: Path) -> None:
    settings = Settings(
        rest_port=0,
        grpc_port=0,
        gcs_local_root=folder / "gcs",
        upload_staging_dir=folder / "uploads",
        enable_format_extensions=False,
        log_level=LogLevel.ERROR,
    )
    server = EmulatorServer(settings)
    await server.start()
    announce(server.rest_port)
    await until_parent_ends()
    await server.stop()


DuckDBEngine._load_spatial = lambda self: None
asyncio.run(main(Path(sys.argv[1])))
