"""Start fakesnow's server in its own environment, on a port that the system chooses."""

import socket

import fakesnow.server
import uvicorn
from lifeline import announce, end_with_parent

end_with_parent()
listener = socket.create_server(("127.0.0.1", 0))
announce(listener.getsockname()[1])  # connections wait in the listener's queue until the server takes them
uvicorn.Server(uvicorn.Config(fakesnow.server.app, log_level="warning")).run(sockets=[listener])
