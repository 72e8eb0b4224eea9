"""Start the fake that the vendor's driver takes for Exasol; objects are found in the given folder."""

import socket
import sys
import threading
from pathlib import Path

import duckdb
from exasol_catalog import VIEWS
from exasol_server import Conversation, Key
from exasol_sql import ExasolSession
from exasol_tunnels import Tunnels
from lifeline import announce, end_with_parent
from objects import Objects
from websockets.sync.server import ServerConnection, serve


def main(folder: Path) -> None:
    database = duckdb.connect()
    database.execute("ATTACH ':memory:' AS exa; USE exa")
    database.execute(VIEWS)
    objects, tunnels, key = Objects(folder), Tunnels(), Key()

    def converse(connection: ServerConnection) -> None:
        with database.cursor() as cursor:
            session = ExasolSession(cursor, objects, tunnels)
            Conversation(session, key, "sys", "exasol").serve(connection)

    server = serve(converse, sock=socket.create_server(("127.0.0.1", 0)), max_size=None)
    of_websockets = server.handler

    def welcome(connection: socket.socket, address: object) -> None:
        if not tunnels.is_one(connection):
            of_websockets(connection, address)
            return
        tunnels.keep(connection)
        server.handler_threads.discard(threading.current_thread())

    server.handler = welcome
    announce(server.socket.getsockname()[1])
    server.serve_forever()


end_with_parent()
main(Path(sys.argv[1]))
