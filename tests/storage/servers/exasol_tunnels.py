"""The connections through which Exasol fetches and delivers files of IMPORT and EXPORT at its client.

A driver connects to the database, is told an address, and names that address in a statement; the database then speaks
HTTP over the connection that the driver made, as the client of it. Seen in pyexasol's http_transport.
"""

import http.client
import socket
import struct
import threading
from collections.abc import Mapping

_MAGIC = struct.pack("<i", 0x02212102)


class Tunnels:
    """Connections by the port that their drivers were told."""

    def __init__(self) -> None:
        self._open: dict[int, socket.socket] = {}
        self._lock = threading.Lock()

    def is_one(self, connection: socket.socket) -> bool:
        """Whether a new connection is meant for files: it begins with bytes of its own."""
        return connection.recv(4, socket.MSG_PEEK | socket.MSG_WAITALL) == _MAGIC

    def keep(self, connection: socket.socket) -> None:
        """Tell the driver an address, and keep the connection until a statement names it."""
        connection.recv(12, socket.MSG_WAITALL)
        port = connection.getpeername()[1]
        with self._lock:
            self._open[port] = connection
        connection.sendall(struct.pack("<ii16s", 0, port, b"127.0.0.1"))

    def has(self, port: int) -> bool:
        """Whether a driver was told this port."""
        return port in self._open

    def get(self, port: int, file: str) -> bytes:
        """What the driver sends for a file; ConnectionError where it ends before it is whole."""
        return self._request(port, "GET", file, b"", {})

    def put(self, port: int, file: str, data: bytes) -> None:
        """Send the driver a file."""
        chunks = b"%X\r\n%b\r\n" % (len(data), data) if data else b""
        self._request(port, "PUT", file, chunks + b"0\r\n\r\n", {"Transfer-Encoding": "chunked"})

    def _request(self, port: int, method: str, file: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        with self._lock:
            connection = self._open.pop(port)
        with connection:
            lines = [
                f"{method} /{file} HTTP/1.1",
                "Host: 127.0.0.1",
                *(f"{name}: {value}" for name, value in headers.items()),
            ]
            connection.sendall("\r\n".join((*lines, "", "")).encode() + body)
            response = http.client.HTTPResponse(connection)
            try:
                response.begin()
                if response.status != 200:
                    message = f"the client answered with status {response.status}"
                    raise ConnectionError(message)
                return response.read()
            except http.client.HTTPException as error:
                message = "the client ended in the middle of a file"
                raise ConnectionError(message) from error
