"""Where requests go, and what goes with them."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

from understudy.cli.checks.base import Examination, Finding, failure, ok, warning
from understudy.providers.generation.choosing.sections import settings_key

__all__ = ["check_addresses", "check_proxies"]

_OPERATIONS = ("/chat/completions", "/responses", "/messages", "/api/chat", ":generateContent")
_PROXY_VARIABLES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")


def check_addresses(examination: Examination) -> Iterator[Finding]:
    """The base URLs of the providers that are used for real."""
    loaded, factory = examination.loaded, examination.factory
    if loaded is None or factory is None:
        return
    fine = 0
    for spec in examination.registry:
        if factory.use(spec.name) != "real":
            continue
        section = factory.settings_for(spec.name)
        default = type(section).model_fields["base_url"].default
        origin = loaded.origin(settings_key(spec, "base_url"))
        problem = _problem(section.base_url, with_key=bool(section.api_key))
        if problem is not None:
            what, fix = problem
            yield failure(f"{origin}: {spec.name}: {section.base_url} {what}", fix=fix)
        elif section.api_key and _host(section.base_url) != _host(str(default)) and not _loopback(section.base_url):
            yield warning(
                f"{origin}: {spec.name}: the key goes to {_host(section.base_url)}, not to {_host(str(default))}",
                fix="Make sure that this is meant; else remove the setting.",
            )
        else:
            fine += 1
    if fine:
        yield ok(f"{fine} base URLs are in order")


def _problem(url: str, *, with_key: bool) -> tuple[str, str] | None:
    if urlsplit(url).scheme == "http" and not _loopback(url):
        what = "is plain http to another machine" + (": the key would travel in clear" if with_key else "")
        return what, "Use https, or a tunnel to this machine."
    operation = next((path for path in _OPERATIONS if url.endswith(path)), None)
    if operation is not None:
        return f"ends with an operation's path ({operation})", f"Leave {operation} out; it is put after the base URL."
    return None


def check_proxies(examination: Examination) -> Iterator[Finding]:
    """Whether proxies in the environment count."""
    loaded = examination.loaded
    if loaded is None:
        return
    found = [name for name in _PROXY_VARIABLES if examination.environ.get(name)]
    if not found:
        yield ok("no proxy in the environment")
    elif loaded.settings.http.trust_env:
        yield ok(f"proxies are taken from {', '.join(found)}")
    else:
        yield warning(f"{', '.join(found)} is set and not used", fix="Set http.trust_env to true to use it.")


def _host(url: str) -> str:
    return urlsplit(url).hostname or url


def _loopback(url: str) -> bool:
    host = _host(url)
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
