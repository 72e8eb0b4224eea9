"""Start moto's S3 in its own environment, on a port that the system chooses."""

from lifeline import announce, end_with_parent
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

end_with_parent()
server = make_server(
    "127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True, request_handler=MotoRequestHandler
)
announce(server.server_port)
server.serve_forever()
