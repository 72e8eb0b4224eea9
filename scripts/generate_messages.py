"""Make the descriptor set and the type stubs of ``storage.proto`` anew, or check that they are current (``--check``).

The compiler runs in an environment of its own, because its own protobuf is not the one that the project runs with.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
FOLDER = HERE / "understudy" / "providers" / "storage" / "protocol"
COMPILER = "grpcio-tools==1.71.2"
MADE = {"storage.binpb": "storage.binpb", "storage_pb2.pyi": "storage_pb2.pyi"}


def compile_to(folder: Path) -> None:
    """Compile the ``.proto`` into ``folder``."""
    environment = folder / "venv"
    venv.create(environment, with_pip=True)
    python = str(environment / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "-q", COMPILER, "setuptools<81"], check=True)
    subprocess.run(
        [
            python,
            *("-m", "grpc_tools.protoc", f"-I{FOLDER}", f"--descriptor_set_out={folder / 'storage.binpb'}"),
            *(f"--pyi_out={folder}", "storage.proto"),
        ],
        check=True,
    )
    stubs = folder / "storage_pb2.pyi"
    stubs.write_text(stubs.read_text().replace("_Mapping]", "_Mapping[str, object]]"))  # strict checkers want arguments


def main() -> int:
    """Write what differs, or say that it does."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where something differs")
    check: bool = parser.parse_args().check
    with tempfile.TemporaryDirectory() as made:
        compile_to(Path(made))
        stale = [name for name in MADE if (Path(made) / name).read_bytes() != _present(FOLDER / name)]
        if not check:
            for name in stale:
                (FOLDER / name).write_bytes((Path(made) / name).read_bytes())
    print("\n".join(f"{'stale' if check else 'made'}: {name}" for name in stale) or "current")
    return 1 if check and stale else 0


def _present(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


if __name__ == "__main__":
    sys.exit(main())
