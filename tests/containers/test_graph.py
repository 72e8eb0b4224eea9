"""The container drawn: nothing built, nothing secret, selection and overrides marked."""

import xml.etree.ElementTree as ET
from typing import Any

import pytest

from understudy.containers import graph
from understudy.containers._injector import containers, providers
from understudy.containers.mounting import mount
from understudy.containers.opening import build_container
from understudy.containers.switch import Switch

RENDERERS = [graph.tree, graph.mermaid, graph.svg]


class Client:
    def __init__(self, key: str = "", below: object = None) -> None:
        raise AssertionError("drawing builds nothing")


class Inner(containers.DeclarativeContainer):
    mode = providers.Dependency(instance_of=str)
    client: providers.Provider[Client] = Switch(
        mode, real=providers.Singleton(Client, "sk-secret"), mock=providers.Factory(Client)
    )


class Outer(containers.DeclarativeContainer):
    mode = providers.Object("mock")
    inner = mount(Inner, mode=mode)
    user = providers.Callable(Client, "sk-secret", below=inner.client)
    shortcut = inner.client


def node(root: graph.GraphNode, path: str) -> graph.GraphNode:
    return next(each for each in root.walk() if each.path == path)


def test_the_graph_is_data() -> None:
    root = graph.describe(Outer(), name="outer")
    assert root.name == "outer"
    client = node(root, "inner.client")
    assert (client.kind, client.choice) == ("switch", "mock")
    assert [(each.name, each.kind, each.provides, each.selected) for each in client.children] == [
        ("real", "singleton", "Client", False),
        ("mock", "factory", "Client", True),
    ]
    assert node(root, "user").uses == ("inner.client",)
    assert node(root, "shortcut").alias_of == "inner.client"
    assert node(root, "inner").provides == "Inner"


def test_overridden_nodes_are_marked() -> None:
    outer = Outer()
    outer.inner.client.override(providers.Factory(dict))
    client = node(graph.describe(outer), "inner.client")
    assert (client.overridden, client.provides, client.choice) == (True, "dict", None)
    assert not node(graph.describe(Outer()), "inner.client").overridden


@pytest.mark.parametrize("render", RENDERERS)
def test_every_drawing_shows_names_and_no_values(render: Any) -> None:
    drawn = render(graph.describe(Outer()))
    assert "client" in drawn
    assert "Client" in drawn
    assert "sk-secret" not in drawn


def test_the_tree_marks_selection_and_overrides() -> None:
    outer = Outer()
    outer.user.override("x")
    assert graph.tree(graph.describe(outer)) == (
        "container\n"
        "├── mode (object of str)\n"
        "├── inner (Inner)\n"
        "│   ├── mode (dependency of str)\n"
        "│   └── client -> mock\n"
        "│       ├──   real (singleton of Client)\n"
        "│       └── * mock (factory of Client)\n"
        "├── user (callable of str) [overridden]\n"
        "└── shortcut = inner.client"
    )


def test_mermaid_draws_boxes_and_arrows() -> None:
    drawn = graph.mermaid(graph.describe(Outer()))
    assert drawn.startswith("flowchart LR\n")
    assert drawn.count("subgraph") == drawn.count("\n    end") + drawn.count("\n  end") == 2
    assert " ==> " in drawn
    assert " -.-> " in drawn
    assert " --> " in drawn


def test_names_are_escaped() -> None:
    root = graph.GraphNode(
        path="",
        name='<b> & "quotes" #1',
        kind="container",
        children=(graph.GraphNode(path="a", name="<script>", kind="object", provides='"x"'),),
    )
    picture = ET.fromstring(graph.svg(root))  # noqa: S314  # our own drawing
    texts = [each.text for each in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == ['<b> & "quotes" #1', '<script>: "x"']
    drawn = graph.mermaid(root)
    assert "<script>" not in drawn
    assert 'n1["#lt;script#gt;<br/>#quot;x#quot;"]' in drawn


def test_the_svg_stands_by_itself_and_fits_its_text() -> None:
    picture = ET.fromstring(graph.svg(graph.describe(Outer())))  # noqa: S314  # our own drawing
    space = "{http://www.w3.org/2000/svg}"
    width = float(picture.attrib["width"])
    boxes = list(picture.iter(f"{space}rect"))
    assert len(boxes) == len(list(graph.describe(Outer()).walk()))
    assert all(float(box.attrib["x"]) + float(box.attrib["width"]) <= width for box in boxes)
    assert {group.attrib.get("class") for group in picture.iter(f"{space}g")} == {None, "selected", "unselected"}


@pytest.mark.parametrize("render", RENDERERS)
def test_a_broken_graph_is_drawn_too(render: Any) -> None:
    """With a switch that cannot choose, and a cycle."""
    container = containers.DynamicContainer()
    ring = providers.Singleton(Client)
    ring.add_kwargs(below=ring)
    container.set_providers(
        ring=ring, unfilled=Inner.mode, switch=Switch(providers.Dependency(instance_of=str), a=providers.Object(1))
    )
    assert "switch" in render(graph.describe(container))


@pytest.mark.parametrize("render", RENDERERS)
def test_the_whole_container_is_drawn_without_building_a_provider(render: Any) -> None:
    key = "sk-very-secret"
    settings = {"generation": {"default": "claude", "claude": {"api_key": key}, "codex": {"use": "mock"}}}
    container, _ = build_container(settings, overrides={"generation.gemini": object()})
    root = graph.describe(container)
    assert key not in render(root)
    assert node(root, "generation.generator").choice == "claude"
    assert node(root, "generation.claude.real").selected
    assert node(root, "generation.codex.mock").selected
    assert node(root, "generation.gemini").overridden
    built = {type(thing).__name__ for thing in container.lifetime().built}
    assert built <= {"HttpClients"}
