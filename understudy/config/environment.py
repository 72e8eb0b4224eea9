"""The environment: one table of the design documents' names, and ``UNDERSTUDY__SECTION__KEY`` for every other key.

A variable changes the value of a key that exists. It never adds one: an entry of the user's own (an MCP server, a
plugin) has to be named in a file first.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from understudy.config.fields import Catalog
from understudy.config.overrides import nest, text_node, unknown_key
from understudy.config.problems import Problem
from understudy.config.tree import KeyPath, Node, Origin, merge, parse_key
from understudy.domain.errors import near_match

__all__ = ["VARIABLES", "Variable", "documented_layer", "prefixed_layer"]

_PREFIX = "UNDERSTUDY__"
_TRUE = frozenset({"1", "true", "t", "yes", "y", "on"})
_FALSE = frozenset({"0", "false", "f", "no", "n", "off"})
_OLLAMA_PORT = 11434


@dataclass(frozen=True, slots=True)
class Variable:
    """A documented environment variable and the settings key that it stands for.

    ``read`` makes the value of the text and returns None where the variable says nothing; it raises ValueError, without
    the text, where it cannot. ``empty`` says that an empty variable counts; most do not.
    """

    name: str
    key: str
    read: Callable[[str], Any] = str
    empty: bool = False


def _paths(text: str) -> list[str]:
    return [path.strip() for path in re.split(f"[,{re.escape(os.pathsep)}]", text) if path.strip()]


def _mock(text: str) -> str | None:
    word = text.strip().lower()
    if word in _TRUE:
        return "mock"
    if word in _FALSE:
        return None
    raise ValueError("must be true or false")


def _ollama_host(text: str) -> str:
    """The URL that Ollama's own tools make of OLLAMA_HOST: scheme, port and host may each be missing."""
    scheme, separator, rest = text.strip().strip("\"'").rpartition("://")
    host, slash, path = rest.partition("/")
    if not separator:
        scheme = "http"
    if host.count(":") > 1 and not host.startswith("["):
        host = f"[{host}]"
    name, colon, port = host.rpartition(":")
    if not colon or host.endswith("]"):
        name, port = host, "" if separator else str(_OLLAMA_PORT)
    # A server listens on every address under these names; a client reaches it on the loopback.
    name = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "[::]": "[::1]"}.get(name, name)  # noqa: S104 - replaced, not bound
    return f"{scheme}://{name}{f':{port}' if port else ''}{slash}{path}"


VARIABLES: tuple[Variable, ...] = (
    Variable("HTTP_TIMEOUT_CONNECT", "http.timeout.connect"),
    Variable("HTTP_TIMEOUT_READ", "http.timeout.read"),
    Variable("HTTP_MAX_RETRIES", "http.retry.max_retries"),
    Variable("HTTP_BACKOFF_BASE", "http.retry.backoff_base"),
    Variable("ANTHROPIC_API_KEY", "generation.claude.api_key"),
    Variable("ANTHROPIC_BASE_URL", "generation.claude.base_url"),
    Variable("ANTHROPIC_MODEL", "generation.claude.model"),
    Variable("OPENAI_API_KEY", "generation.codex.api_key"),
    Variable("OPENAI_BASE_URL", "generation.codex.base_url"),
    Variable("OPENAI_MODEL", "generation.codex.model"),
    Variable("OPENAI_ORG_ID", "generation.codex.organization"),
    Variable("OPENAI_PROJECT_ID", "generation.codex.project"),
    Variable("GOOGLE_API_KEY", "generation.gemini.api_key"),
    Variable("GEMINI_API_KEY", "generation.gemini.api_key"),
    Variable("GEMINI_BASE_URL", "generation.gemini.base_url"),
    Variable("GEMINI_MODEL", "generation.gemini.model"),
    Variable("OLLAMA_HOST", "generation.ollama.base_url", _ollama_host),
    Variable("OLLAMA_MODEL", "generation.ollama.model"),
    Variable("DEEPSEEK_API_KEY", "generation.deepseek.api_key"),
    Variable("DEEPSEEK_BASE_URL", "generation.deepseek.base_url"),
    Variable("DEEPSEEK_MODEL", "generation.deepseek.model"),
    Variable("MOCK_LS_CLIENT", "platform.llama_stack.use", _mock),
    Variable("MOCK_MAAS_CLIENT", "platform.maas.use", _mock),
    Variable("MOCK_MCP_CLIENT", "platform.mcp.use", _mock),
    Variable("MOCK_K8S_CLIENT", "platform.kubernetes.use", _mock),
    Variable("LLAMA_STACK_URL", "platform.llama_stack.base_url"),
    Variable("MAAS_URL", "platform.maas.base_url"),
    Variable("AUTH_TOKEN_HEADER", "platform.identity.token_header"),
    Variable("AUTH_TOKEN_PREFIX", "platform.identity.token_prefix", empty=True),
    Variable("BUNDLE_PATHS", "platform.tls.ca_bundles", _paths),
    Variable("INSECURE_SKIP_VERIFY", "platform.tls.insecure_skip_verify"),
    Variable("SNOWFLAKE_ACCOUNT", "storage.snowflake.account"),
    Variable("SNOWFLAKE_USER", "storage.snowflake.user"),
    Variable("SNOWFLAKE_PASSWORD", "storage.snowflake.password"),
    Variable("SNOWFLAKE_ROLE", "storage.snowflake.role"),
    Variable("SNOWFLAKE_WAREHOUSE", "storage.snowflake.warehouse"),
    Variable("SNOWFLAKE_DATABASE", "storage.snowflake.database"),
    Variable("SNOWFLAKE_SCHEMA", "storage.snowflake.default_schema"),
    Variable("GOOGLE_APPLICATION_CREDENTIALS", "storage.bigquery.credentials_file"),
    Variable("GOOGLE_CLOUD_PROJECT", "storage.bigquery.project"),
)
"""Every documented name. Where two stand for one key, the later wins: GEMINI_API_KEY over GOOGLE_API_KEY."""


def documented_layer(environ: Mapping[str, str], problems: list[Problem]) -> Node:
    """The tree of the documented variables that are set."""
    layer = Node({}, Origin("environment"))
    for variable in VARIABLES:
        text = environ.get(variable.name)
        if text is None or not (text or variable.empty):
            continue
        origin = Origin.variable(variable.name)
        path = parse_key(variable.key)
        try:
            value = variable.read(text)
        except ValueError as error:
            problems.append(Problem(reason=str(error), origin=origin, path=path))
            continue
        if isinstance(value, list):
            value = [Node(item, origin, derived=True) for item in value]
        if value is not None:
            layer = merge(layer, nest(path, Node(value, origin, derived=True)))
    return layer


def prefixed_layer(environ: Mapping[str, str], tree: Node, catalog: Catalog, problems: list[Problem]) -> Node:
    """The tree of the ``UNDERSTUDY__`` variables. ``tree`` is what the files say: it names the entries that exist."""
    layer = Node({}, Origin("environment"))
    for name in sorted(name for name in environ if name.startswith(_PREFIX)):
        origin = Origin.variable(name)
        found = _resolve(name.removeprefix(_PREFIX).split("__"), tree, catalog, origin)
        if isinstance(found, Problem):
            problems.append(found)
            continue
        slot = catalog.slot(found)
        if slot is None or slot.kind in ("section", "mapping"):
            keys = catalog.keys_under(found)
            hint = f"Name one of its keys: {', '.join(keys)}." if keys else "Put its entries into a settings file."
            problems.append(
                Problem(reason="a variable holds one value, not a section", origin=origin, path=found, hint=hint)
            )
            continue
        node = text_node(environ[name], slot, origin, found, problems)
        if node is not None:
            layer = merge(layer, nest(found, node))
    return layer


def _resolve(parts: list[str], tree: Node, catalog: Catalog, origin: Origin) -> KeyPath | Problem:
    """The key that the variable's name stands for, or what is wrong with it."""
    path: KeyPath = ()
    for part in parts:
        declared = catalog.keys_under(path)
        node = tree.find(path)
        present = tuple(node.children or ()) if node is not None else ()
        key = _same((*declared, *present), part)
        if key is None or catalog.slot((*path, key)) is None:
            wanted = (*path, part.lower())
            if declared or catalog.slot(wanted) is None:
                return unknown_key(wanted, catalog, origin)
            meant = near_match(part, present)
            return Problem(
                reason="the environment cannot add an entry",
                origin=origin,
                path=wanted,
                hint=f"Did you mean '{meant}'?"
                if meant
                else "Put it into a settings file; then a variable may change it.",
            )
        path = (*path, key)
    return path


def _same(keys: tuple[str, ...], part: str) -> str | None:
    """The key that a part of a variable's name stands for: case does not count, and ``_`` stands for any sign."""
    wanted = part.lower()
    return next((key for key in keys if re.sub(r"[^a-z0-9]", "_", key.lower()) == wanted), None)
