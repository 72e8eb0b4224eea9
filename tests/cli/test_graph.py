"""``understudy graph``: the container drawn, selected branches marked, broken ones too."""

from __future__ import annotations

import xml.etree.ElementTree as ET


def test_the_tree_marks_what_is_selected(run, tmp_path):
    (tmp_path / "settings.yaml").write_text("generation: {use: mock, default: claude, gemini: {use: real}}\n")
    result = run("graph", "--profile", "")
    assert result.exit_code == 0, result.output
    assert "├── claude -> mock" in result.stdout
    assert "├── gemini -> real" in result.stdout
    assert "* mock" in result.stdout


def test_mermaid_and_svg_are_what_they_say(run, tmp_path):
    assert run("graph", "--mermaid").stdout.startswith("flowchart")
    drawn = run("graph", "--svg").stdout
    assert ET.fromstring(drawn).tag.endswith("svg")  # noqa: S314 - our own drawing
    written = run("graph", "--svg", "graph.svg")
    assert written.stdout == ""
    assert "Wrote graph.svg" in written.stderr
    assert (tmp_path / "graph.svg").read_text().strip() == drawn.strip()


def test_what_cannot_be_drawn_that_way_is_a_usage_error(run):
    assert run("graph", "--mermaid", "--svg", "a.svg").exit_code == 2
    unwritable = run("graph", "--svg", "missing/graph.svg")
    assert unwritable.exit_code == 2
    assert "cannot be written: No such file" in unwritable.stderr


def test_a_broken_graph_is_drawn_and_its_faults_follow(run, tmp_path):
    (tmp_path / "settings.yaml").write_text("production: false\ngeneration: {use: mock, default: nosuch}\n")
    result = run("graph", "--profile", "")
    assert result.exit_code == 3
    assert "generator -> nosuch" in result.stdout
    assert "settings.yaml:2:" in result.stderr
    assert "nosuch" in result.stderr


def test_no_credential_is_drawn(run, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-0123456789abcdef")
    for args in ([], ["--mermaid"], ["--svg"]):
        assert "sk-ant-0123" not in run("graph", "--profile", "", *args).output
