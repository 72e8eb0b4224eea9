"""httpx itself: a client, a body, the answer's text."""

import httpx
from peers._plain import functions

caller, blocking_caller, streamer, lifecycle = functions(httpx)
identity = lifecycle
