"""httpx2 itself: a client, a body, the answer's text."""

import httpx2
from peers._plain import functions

caller, blocking_caller, streamer, lifecycle = functions(httpx2)
identity = lifecycle
