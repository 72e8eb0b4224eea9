"""Dependency and secret scan, offline: every fault on a line of its own, exit status 1 where there is one.

- every third-party module that the package imports belongs to a declared dependency or an extra;
- every constraints file pins with hashes and names no index and no host;
- no file holds what looks like a credential (detect-secrets), an index host or a path of a machine;
- nothing in the package switches certificate checks off.
"""

from __future__ import annotations

import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ALLOWED_SECRET = re.compile(r"pragma: allowlist secret")
HOSTS = re.compile(r"pypi\.org|pythonhosted|registry\.npmjs|--(extra-)?index-url|/(root|work)/[\w.-]+/", re.IGNORECASE)
OPTIONAL_AT_RUN_TIME = {"dependency_injector", "pydantic_core"}  # shipped with, or made importable by, a dependency


def tracked() -> list[Path]:
    """The files that git tracks."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in listing.decode().split("\0") if name and (ROOT / name).is_file()]


def declared_modules() -> set[str]:
    """The top-level modules of the declared dependencies, extras included."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    requirements = list(project["dependencies"])
    for extra in project.get("optional-dependencies", {}).values():
        requirements.extend(extra)
    names = {re.split(r"[\s<>=!~\[;]", requirement)[0].lower().replace("_", "-") for requirement in requirements}
    modules = importlib.metadata.packages_distributions()
    return {
        module for module, owners in modules.items() if names & {owner.lower().replace("_", "-") for owner in owners}
    }


def undeclared_imports() -> Iterator[str]:
    """Imports of the package that no declared dependency provides."""
    known = declared_modules() | OPTIONAL_AT_RUN_TIME | set(sys.stdlib_module_names) | {"understudy"}
    for path in sorted((ROOT / "understudy").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                names = [node.module]
            for name in names:
                if name.split(".")[0] not in known:
                    yield f"{path.relative_to(ROOT)}:{node.lineno}: imports {name}, which no dependency declares"


def unpinned() -> Iterator[str]:
    """Constraints without a hash."""
    for path in sorted((ROOT / "constraints").rglob("*.txt")):
        blocks = re.split(r"\n(?=[a-zA-Z0-9])", path.read_text().split("\n", 1)[1])
        for block in filter(None, map(str.strip, blocks)):
            if "==" not in block or "--hash=sha256:" not in block:
                yield f"{path.relative_to(ROOT)}: not pinned by version and hash: {block.splitlines()[0]}"


def hosts(paths: list[Path]) -> Iterator[str]:
    """Lines that name an index, its host or a path of a machine."""
    for path in paths:
        if path == Path(__file__).resolve():
            continue
        text = path.read_text(errors="replace")
        for number, line in enumerate(text.splitlines(), 1):
            if HOSTS.search(line):
                yield f"{path.relative_to(ROOT)}:{number}: names an index or a machine's path"


def certificate_checks_off() -> Iterator[str]:
    """Calls in the package with ``verify=False`` or ``ssl=False``, which the linters do not know for every client."""
    for path in sorted((ROOT / "understudy").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.keyword) and node.arg in {"verify", "ssl"}:
                value = node.value
                if isinstance(value, ast.Constant) and value.value is False:
                    yield f"{path.relative_to(ROOT)}:{node.value.lineno}: {node.arg}=False"


def secrets(paths: list[Path]) -> Iterator[str]:
    """What looks like a credential; a line that is meant to says so with its pragma."""
    from detect_secrets.core.scan import scan_file
    from detect_secrets.settings import transient_settings

    plugins = ["AWSKeyDetector", "GitHubTokenDetector", "JwtTokenDetector", "OpenAIDetector", "PrivateKeyDetector"]
    with transient_settings({"plugins_used": [{"name": name} for name in plugins]}):
        for path in paths:
            if path.is_relative_to(ROOT / "constraints"):
                continue
            for found in scan_file(str(path)):
                lines = path.read_text(errors="replace").splitlines()
                if not ALLOWED_SECRET.search(lines[found.line_number - 1]):
                    yield f"{path.relative_to(ROOT)}:{found.line_number}: looks like a credential ({found.type})"


def main() -> int:
    """Print every fault; 1 where there is one."""
    paths = tracked()
    faults = [*undeclared_imports(), *unpinned(), *hosts(paths), *certificate_checks_off(), *secrets(paths)]
    print("\n".join(faults) or f"scan: {len(paths)} files, no fault")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
