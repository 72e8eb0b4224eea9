"""In-process servers that speak the providers' wire formats, driven by the same scripts as the stand-ins.

    emulator = emulate("claude")
    emulator.script.when(text="weather").answers("Sunny.")
    http = HttpClients(HttpSettings(), transport=AsgiTransport(emulator))

An emulator is an ASGI application, so any server can also put it on a socket.
"""

from understudy.testing.emulators.emulator import Emulator
from understudy.testing.emulators.table import EMULATORS, Emulators, HostRouter, emulate

__all__ = ["EMULATORS", "Emulator", "Emulators", "HostRouter", "emulate"]
