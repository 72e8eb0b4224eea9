"""Turns recordings into scripts for stand-ins."""

from understudy.testing.scripting.script import Script, script_of

__all__ = ["Script", "script_of"]
