"""Takes credentials out of text before it is shown, logged, stored or put into an error."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from understudy.domain.secrets import MASK, Secret

__all__ = ["SECRET_HEADERS", "Redactor"]

SECRET_HEADERS = frozenset(
    {
        "api-key",
        "authorization",
        "cookie",
        "openai-organization",
        "proxy-authorization",
        "set-cookie",
        "x-amz-security-token",
        "x-api-key",
        "x-auth-token",
        "x-goog-api-key",
        "x-llamastack-provider-data",
        "x-mcp-bearer",
        "x-ogx-provider-data",
    }
)
"""Headers, in lower case, whose values are never shown."""

_SHORTEST = 4  # anything shorter would mask ordinary words

_SHAPES = re.compile(
    r"""
      \b(?:sk|pk|rk|gsk|hf|xai|r8)[-_][A-Za-z0-9_*-]{8,}   # OpenAI, Anthropic, DeepSeek, Groq, Hugging Face, xAI
    | \bAIza[A-Za-z0-9_-]{16,}                             # Google
    | \bya29\.[A-Za-z0-9_-]{8,}                            # Google OAuth
    | \bgh[pousr]_[A-Za-z0-9]{16,}                         # GitHub
    | \bxox[abprs]-[A-Za-z0-9-]{8,}                        # Slack
    | \bA[KS]IA[A-Z0-9]{12,}                               # AWS
    | \beyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?   # JSON web tokens
    """,
    re.VERBOSE,
)
# "Bearer authentication" is not a token: one has a digit or a sign in it, or is long.
_SCHEMES = re.compile(
    r"\b(bearer|basic)(\s+)(?:(?=[A-Za-z._~+/=*-]*[0-9_~+/=*-])[A-Za-z0-9._~+/=*-]{6,}|[A-Za-z]{20,})", re.IGNORECASE
)
_NAMED = re.compile(
    r"""\b((?:x-)?(?:goog-)?api[-_]?key|authorization|access[-_]token|client[-_]secret|password|x-auth-token)
        (["']?\s*[:=]\s*["']?(?:(?:bearer|basic)\s+)?)[^\s"'&,;}\])]{4,}""",
    re.IGNORECASE | re.VERBOSE,
)
_QUERY = re.compile(r"([?&](?:key|token|sig|signature)=)[^&\s\"']+", re.IGNORECASE)
_USERINFO = re.compile(r"(://)[^/\s@\"']+@")


class Redactor:
    """Masks the credentials that it is told of, and whatever has the shape of one.

    ``secrets`` are masked wherever they appear, also percent-encoded and without their scheme (``Bearer``). It holds
    them as ``Secret`` and reveals each only while it searches.
    """

    __slots__ = ("_secrets",)

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        self._secrets = tuple(secrets)

    def text(self, text: str) -> str:
        """``text`` with every credential in it replaced by a mask."""
        for secret in self._secrets:
            text = _mask_exact(text, secret)
        text = _SHAPES.sub(MASK, text)
        text = _SCHEMES.sub(rf"\1\2{MASK}", text)
        text = _NAMED.sub(rf"\1\2{MASK}", text)
        text = _QUERY.sub(rf"\1{MASK}", text)
        return _USERINFO.sub(rf"\1{MASK}@", text)

    def excerpt(self, data: bytes | str, limit: int = 300) -> str:
        """The beginning of an answer's body for an error message: decoded, redacted, at most ``limit`` characters."""
        # Cut late: a credential cut in half would be neither known nor shaped like one.
        text = data if isinstance(data, str) else data[: limit * 8].decode("utf-8", "replace")
        shown = " ".join(self.text(text[: limit * 8]).split())
        return shown if len(shown) <= limit else f"{shown[:limit]}…"

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """A copy of ``headers``, names in lower case, with secret values masked."""
        lowered = ((name.lower(), value) for name, value in headers.items())
        return {name: MASK if name in SECRET_HEADERS else self.text(value) for name, value in lowered}


def _mask_exact(text: str, secret: Secret) -> str:
    # The pieces live in this generator only: no frame that an error passes through has them in a local.
    for piece in sorted({secret.reveal(), *secret.reveal().split()}, key=len, reverse=True):
        if len(piece) >= _SHORTEST and piece.lower() not in ("bearer", "basic", "token"):
            text = text.replace(piece, MASK).replace(quote(piece, safe=""), MASK)
    return text
