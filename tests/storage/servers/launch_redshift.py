"""Start PostgreSQL and the proxy that redshift_connector takes for Redshift; objects are found in the given folder.

Names in quotes keep their case, which Redshift folds; it has SVV_TABLE_INFO and no other view of Redshift's own, and
distribution, sort keys, encodings, permissions on buckets and SUPER's navigation are not there.
"""

import asyncio
import sys
from pathlib import Path

from lifeline import announce, until_parent_ends
from objects import Objects
from postgres import Postgres, running_postgres
from redshift_proxy import RedshiftProxy
from redshift_sql import INIT, RedshiftSql


async def main(postgres: Postgres, folder: Path) -> None:
    proxy = RedshiftProxy(postgres.socket, RedshiftSql(Objects(folder), postgres.files))
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    announce(server.sockets[0].getsockname()[1])
    await until_parent_ends()
    server.close()


with running_postgres("tester", "Passw0rd!", "dev", INIT) as running:  # pragma: allowlist secret
    asyncio.run(main(running, Path(sys.argv[1])))
