"""dependency-injector comes without the web frameworks that it looks for, and works with them all the same."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from understudy.containers import _injector

FRAMEWORKS = ("fastapi", "starlette", "fast_depends", "werkzeug")

# One module that uses the hooks: FastAPI's Depends around a marker, and a Starlette class that wiring leaves alone.
APPLICATION = """
import sys
{imports}

class Greeter:
    def greet(self): return "hello"

class Container(containers.DeclarativeContainer):
    greeter = providers.Singleton(Greeter)

from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient
from starlette.requests import Request

app = FastAPI()

@app.get("/")
@inject
def greet(greeter: Greeter = Depends(Provide["greeter"])):
    return greeter.greet()

@inject
def plain(greeter: Greeter = Provide["greeter"]):
    return greeter.greet()

container = Container()
container.wire(modules=[__name__])
print(plain(), TestClient(app).get("/").json())
"""

OURS = "from understudy.containers._injector import containers, providers\n"
THEIRS = "import fastapi\n"
WIRING = "from dependency_injector.wiring import Provide, inject"


def test_importing_the_container_imports_no_web_framework(run_python: Callable[[str], str]) -> None:
    """Neither FastAPI nor what it brings, although it is installed here."""
    pytest.importorskip("fastapi")
    shown = run_python(
        f"import sys\nimport understudy.containers._injector\nprint([m for m in {FRAMEWORKS} if m in sys.modules])"
    )
    assert shown == "[]"


@pytest.mark.parametrize("imports", [OURS + WIRING, THEIRS + OURS + WIRING, WIRING + "\n" + OURS])
def test_fastapi_depends_is_wired_whatever_is_imported_first(run_python: Callable[[str], str], imports: str) -> None:
    """The container first, FastAPI first, or dependency-injector's own wiring first."""
    pytest.importorskip("fastapi")
    pytest.importorskip("httpx2")  # the test client of this Starlette speaks through it
    assert run_python(APPLICATION.format(imports=imports)) == "hello hello"


def test_the_frameworks_can_be_imported_afterwards(run_python: Callable[[str], str]) -> None:
    """The refusal ends with the import that it was for."""
    pytest.importorskip("fastapi")
    script = "import sys\nfrom understudy.containers import _injector\nimport fastapi, starlette.requests\n"
    shown = run_python(script + "print(fastapi.__name__, [type(f).__name__ for f in sys.meta_path if 'Ref' in str(f)])")
    assert shown == "fastapi []"


def test_another_thread_may_import_a_framework_meanwhile() -> None:
    """Only the thread that imports the wiring is refused, and only the frameworks are."""
    refusal = _injector._Refusal()
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(refusal.find_spec, "fastapi.params").result() is None
    assert refusal.find_spec("fastapi_users") is None
    with pytest.raises(ModuleNotFoundError, match=r"fastapi\.params"):
        refusal.find_spec("fastapi.params")


def test_wiring_leaves_request_classes_and_local_proxies_alone(run_python: Callable[[str], str]) -> None:
    """Members of a wired module that pretend to be something else are passed by."""
    pytest.importorskip("fastapi")
    script = """
import sys, types
from understudy.containers._injector import containers, providers
from dependency_injector import wiring
werkzeug = types.ModuleType("werkzeug.local")
class LocalProxy:
    @property
    def __class__(self): return int
werkzeug.LocalProxy = LocalProxy
sys.modules["werkzeug.local"] = werkzeug
from starlette.requests import Request
print(wiring.is_excluded_from_inspect(Request), wiring.is_excluded_from_inspect(LocalProxy()),
      wiring.is_excluded_from_inspect(dict))
"""
    assert run_python(script) == "True True False"
