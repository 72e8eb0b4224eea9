"""Hold a built wheel against the tree: the package's files and its metadata, nothing else, and no ``.pth``."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Print every difference; 1 where there is one."""
    (name,) = sys.argv[1:]
    listing = subprocess.run(["git", "ls-files", "-z", "understudy"], cwd=ROOT, capture_output=True, check=True).stdout
    tree = {entry for entry in listing.decode().split("\0") if entry and (ROOT / entry).is_file()}
    with zipfile.ZipFile(name) as wheel:
        shipped = {entry for entry in wheel.namelist() if ".dist-info/" not in entry}
        faults = [f"{entry}: in the tree, not in the wheel" for entry in sorted(tree - shipped)]
        faults += [f"{entry}: in the wheel, not in the tree" for entry in sorted(shipped - tree)]
        faults += [
            f"{entry}: differs from the tree"
            for entry in sorted(shipped & tree)
            if wheel.read(entry) != (ROOT / entry).read_bytes()
        ]
        faults += [f"{entry}: a .pth file" for entry in wheel.namelist() if entry.endswith(".pth")]
    print("\n".join(faults) or f"wheel: {len(shipped)} files, equal to the tree, no .pth")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
