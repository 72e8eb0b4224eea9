"""The platform's nodes: made per request, switched by the settings, overridden by their paths."""

from typing import Any

import pytest

import understudy
from understudy import ApplicationContainer, RequestIdentity, Settings, WiringError, open_container, override
from understudy.containers._injector import containers, providers
from understudy.containers.late import Late
from understudy.containers.nodes import provided_by, walk
from understudy.domain.kubernetes import KubernetesClient
from understudy.domain.llama_stack import LlamaStackClient
from understudy.domain.maas import MaasClient
from understudy.domain.mcp import McpClient

ADA = RequestIdentity.of("ada")
PORTS: dict[str, Any] = {
    "llama_stack": LlamaStackClient,
    "maas": MaasClient,
    "mcp": McpClient,
    "kubernetes": KubernetesClient,
}
ADDRESSES = {
    "llama_stack": {"base_url": "https://stack.example"},
    "maas": {"base_url": "https://maas.example"},
    "mcp": {"servers": {"docs": {"url": "https://mcp.example/mcp"}}},
    "kubernetes": {"base_url": "https://cluster.example"},
}
SERVICES = sorted(PORTS)


def settings(use: str = "real", **more: Any) -> Settings:
    return Settings.model_validate({"platform": {"use": use, **ADDRESSES, **more}})


def built(container: ApplicationContainer) -> list[str]:
    """The services' shared parts that were built; the HTTP layer is the container's, and opens nothing by itself."""
    names = [type(each).__name__ for each in container.lifetime().built]
    return [name for name in names if name.endswith("Service")]


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize("use", ["real", "mock"])
async def test_a_client_is_made_per_request_and_is_what_its_port_says(name: str, use: str) -> None:
    async with open_container(settings(use)) as container:
        node = getattr(container.platform, name)
        first, second = node(ADA), node(ADA)
        assert isinstance(first, PORTS[name])
        assert first is not second
        assert type(first).__name__.startswith("Mock") == (use == "mock")


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize("use", ["real", "mock"])
async def test_only_what_is_selected_is_built_and_the_shared_part_once(name: str, use: str) -> None:
    async with open_container(settings(use)) as container:
        assert built(container) == []
        for _ in range(3):
            getattr(container.platform, name)(ADA)
        (service,) = built(container)
        assert service.startswith("Mock") == (use == "mock")
    assert built(container) == []


@pytest.mark.parametrize("name", SERVICES)
async def test_each_service_may_say_otherwise_than_the_family(name: str) -> None:
    said = {name: {**ADDRESSES[name], "use": "mock"}}
    async with open_container(settings("real", **said)) as container:
        kinds = {each: type(getattr(container.platform, each)(ADA)).__name__ for each in SERVICES}
    assert [each for each, kind in kinds.items() if kind.startswith("Mock")] == [name]


@pytest.mark.parametrize("use", ["record", "replay"])
@pytest.mark.parametrize("name", SERVICES)
async def test_recorded_and_replayed_it_is_the_services_own_code(name: str, use: str) -> None:
    async with open_container(settings("real")) as container:
        real = type(getattr(container.platform, name)(ADA))
    said = {name: {**ADDRESSES[name], "use": use}}
    async with open_container(settings("mock", **said)) as container:
        assert type(getattr(container.platform, name)(ADA)) is real


@pytest.mark.parametrize("name", SERVICES)
async def test_a_node_is_overridden_by_its_path(name: str) -> None:
    async with open_container(settings(), overrides={f"platform.{name}": "fake"}) as container:
        assert getattr(container.platform, name)(ADA) == "fake"
        with override(container, {f"platform.{name}": providers.Factory(list)}):
            assert getattr(container.platform, name)((1, 2)) == [1, 2]
        assert getattr(container.platform, name)(ADA) == "fake"
        assert built(container) == []


async def test_a_branch_is_overridden_by_its_path() -> None:
    async with open_container(settings("mock"), overrides={"platform.maas.mock": "fake"}) as container:
        assert container.platform.maas(ADA) == "fake"


async def test_a_misspelt_service_is_refused_with_the_near_match() -> None:
    with pytest.raises(WiringError, match=r"platform\.kubernetes"):
        async with open_container(settings(), overrides={"platform.kubernets": "fake"}):
            pass


@pytest.mark.parametrize("name", SERVICES)
async def test_the_stand_ins_state_is_one_for_all_users_and_a_node_of_its_own(name: str) -> None:
    async with open_container(settings("mock")) as container:
        service = getattr(container.platform, f"{name}_mock")
        getattr(container.platform, name)(ADA)
        getattr(container.platform, name)(RequestIdentity.of("bob"))
        assert [each for each in container.lifetime().built if type(each) is type(service())] == [service()]


async def test_two_containers_have_states_of_their_own() -> None:
    async with open_container(settings("mock")) as first, open_container(settings("mock")) as second:
        assert first.platform.llama_stack_mock() is not second.platform.llama_stack_mock()


async def test_a_mounted_container_is_used_the_same_way() -> None:
    class Larger(containers.DeclarativeContainer):
        settings = providers.Dependency(instance_of=Settings)
        understudy: ApplicationContainer = providers.Container(ApplicationContainer, settings=settings)  # type: ignore[assignment]  # as a user would write it
        handler = providers.Factory(dict, kubernetes=understudy.platform.kubernetes.provider)

    larger = Larger(settings=settings("mock"))
    async with understudy.lifespan(larger.understudy):
        assert isinstance(larger.handler()["kubernetes"](ADA), KubernetesClient)


def test_the_graph_shows_every_service_and_imports_none(run_python: Any) -> None:
    script = f"""
import sys
from understudy import ApplicationContainer, Settings
from understudy.containers.graph import describe
from understudy.containers.verify import verify
container = ApplicationContainer(settings=Settings())
verify(container)
paths = [node.path for node in describe(container).walk()]
print([name for name in {SERVICES} if "platform." + name not in paths or "platform." + name + ".real" not in paths])
print([name for name in sys.modules if name.startswith("understudy.providers.") and name.split(".")[2] in {SERVICES}])
"""
    assert run_python(script).splitlines() == ["[]", "[]"]


def test_every_late_class_takes_what_its_node_gives_it() -> None:
    """The names written in the wiring are those of the classes, which verification does not import."""
    import inspect

    container = ApplicationContainer(settings=Settings())
    late = [(node.path, made) for node in walk(container) if isinstance(made := provided_by(node.provider), Late)]
    assert len(late) >= 4 * len(SERVICES)
    for path, made in late:
        parameters = inspect.signature(made.load()).parameters
        assert set(made.__signature__.parameters) <= set(parameters), path
        required = {name for name, each in parameters.items() if each.default is each.empty}
        assert required <= set(made.__signature__.parameters), path


async def test_what_it_costs_to_build_a_client(capsys: pytest.CaptureFixture[str]) -> None:
    """Printed with ``pytest -s``; at most 20 µs is the aim, and only a gross excess fails."""
    import timeit

    async with open_container(settings()) as container:
        for name in SERVICES:
            node = getattr(container.platform, name)
            node(ADA)
            made = timeit.repeat(lambda node=node: node(RequestIdentity.of("ada-token")), number=1000, repeat=5)
            best = min(made) / 1000 * 1e6
            with capsys.disabled():
                print(f"\n{name}: {best:.1f} µs to build an identity and its client", end="")
            assert best < 1000
