"""Hold the built site against its promise: its pages load nothing from anywhere else."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

SITE = Path(__file__).resolve().parent.parent / "site"
LOADED = re.compile(
    r"<(?:script|img|iframe|link)\b[^>]*?\b(?:src|href)=[\"']?((?:https?:)?//[^\"'\s>]+)", re.IGNORECASE
)


def foreign(site: Path) -> Iterator[str]:
    """What the pages of ``site`` load from other hosts, as ``PAGE: URL``; links that are only followed do not count."""
    for page in sorted(site.rglob("*.html")):
        for url in LOADED.findall(page.read_text(encoding="utf-8")):
            yield f"{page.relative_to(site)}: {url}"


def main() -> int:
    """Print every such address; 1 where there is one, or no site."""
    pages = len(list(SITE.rglob("*.html")))
    faults = list(foreign(SITE)) if pages else ["there is no site: zensical build --clean --strict"]
    print("\n".join(faults) or f"site: {pages} pages, nothing loaded from elsewhere")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
