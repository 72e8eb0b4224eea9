"""Keys that look wrong, told without showing them."""

from __future__ import annotations

from collections.abc import Iterator

from understudy.cli.checks.base import Examination, Finding, ok, warning
from understudy.config.tree import parse_key
from understudy.domain.secrets import Secret
from understudy.providers.generation.choosing.sections import settings_key

__all__ = ["check_keys", "check_places"]

_PREFIXES: tuple[tuple[str, str, str], ...] = (
    ("sk-ant-", "claude", "Anthropic"),
    ("sk-proj-", "codex", "OpenAI"),
    ("AIza", "gemini", "Google"),
)
_PLACEHOLDERS = ("your", "changeme", "change-me", "placeholder", "xxx", "<", "insert", "todo", "example")
_SHORTEST = 8


def check_keys(examination: Examination) -> Iterator[Finding]:
    """Whether a key is a placeholder or plainly another service's."""
    loaded, factory = examination.loaded, examination.factory
    if loaded is None or factory is None:
        return
    suspects = 0
    for row in factory.detect_available():
        if row.use != "real" or not row.available:
            continue
        spec = examination.registry.get(row.name)
        key = factory.settings_for(row.name).api_key
        suspicion = _suspicion(key, row.name) if key else None
        if suspicion:
            suspects += 1
            origin = loaded.origin(settings_key(spec, "api_key"))
            yield warning(
                f"{row.name}: the key from {origin} {suspicion}", fix="Set the key that the service gave you."
            )
    if not suspects:
        yield ok("no key looks like a placeholder or like another service's")


def _suspicion(key: Secret, provider: str) -> str | None:
    text = key.reveal()
    if len(text) < _SHORTEST:
        return "is too short to be one"
    if text.lower().startswith(_PLACEHOLDERS):
        return "looks like a placeholder"
    services = (service for prefix, owner, service in _PREFIXES if owner != provider and text.startswith(prefix))
    service = next(services, None)
    return f"looks like one of {service}'s" if service else None


def check_places(examination: Examination) -> Iterator[Finding]:
    """Whether a key stands in clear in a settings file that is shared."""
    loaded = examination.loaded
    if loaded is None:
        return
    in_clear = 0
    for spec in examination.registry:
        key = settings_key(spec, "api_key")
        node = loaded.tree.find(parse_key(key))
        if node is None or not node.value or node.derived or not node.origin.line or ".local." in node.origin.name:
            continue
        in_clear += 1
        variable = next(iter(spec.credentials), f"{spec.name.upper()}_API_KEY")
        yield warning(
            f"{node.origin}: {key} has a key in clear, in a file that is shared",
            fix=f'Write "${{{variable}:}}" there and set {variable}, or move it to settings.local.yaml.',
        )
    if not in_clear:
        yield ok("no key stands in clear in a shared file")
