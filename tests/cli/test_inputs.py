"""Prompts, images and schemas: what is read, and what is refused before any call."""

from __future__ import annotations

import io
import json
import sys

import click
import pytest

from understudy.cli.inputs import MAX_STDIN_BYTES, build_prompt, read_image, read_prompt, read_schema
from understudy.domain.messages import ImagePart, Message, TextPart

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 8


class Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def stdin(monkeypatch):
    def put(data: bytes, *, terminal: bool = False) -> None:
        kind = Terminal if terminal else io.TextIOWrapper
        monkeypatch.setattr(sys, "stdin", kind(io.BytesIO(data), encoding="utf-8"))

    return put


@pytest.mark.parametrize(
    ("words", "piped", "prompt"),
    [
        (["why", "is", "it", "so"], b"", "why is it so"),
        ([], b"from a pipe\n", "from a pipe"),
        (["-"], b"from a pipe\r\n", "from a pipe"),
        (["sum up:"], b"a\nb\n", "sum up:\n\na\nb"),
        (["grüße"], "Ünïcode ✓".encode(), "grüße\n\nÜnïcode ✓"),
    ],
)
def test_the_prompt_comes_from_arguments_and_standard_input(stdin, words, piped, prompt):
    stdin(piped)
    assert read_prompt(words) == prompt


def test_a_terminal_is_not_read_where_there_is_a_prompt(stdin):
    stdin(b"never read", terminal=True)
    assert read_prompt(["hello"]) == "hello"


@pytest.mark.parametrize(
    ("words", "piped", "message"),
    [
        ([], b"", "no prompt"),
        (["  "], b" \n", "no prompt"),
        ([], b"\xff\xfe\0", "not UTF-8 text (byte 0)"),
        ([], b"x" * (MAX_STDIN_BYTES + 1), "larger than"),
    ],
)
def test_what_is_no_prompt_is_a_usage_error(stdin, words, piped, message):
    stdin(piped)
    with pytest.raises(click.UsageError) as caught:
        read_prompt(words)
    assert message in caught.value.format_message()


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0....", "image/jpeg"),
        (b"GIF89a....", "image/gif"),
        (b"RIFF\0\0\0\0WEBP", "image/webp"),
    ],
)
def test_an_image_is_known_by_its_first_bytes(tmp_path, data, media_type):
    path = tmp_path / "picture.bin"
    path.write_bytes(data)
    assert read_image(str(path)) == ImagePart(data=data, media_type=media_type)


def test_an_image_by_url_is_left_to_the_provider():
    assert read_image("https://example.org/a.png") == ImagePart(url="https://example.org/a.png")


def test_images_come_before_the_text(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(PNG)
    message = build_prompt("what is this?", [str(path)])
    assert isinstance(message, Message)
    assert [type(part) for part in message.content] == [ImagePart, TextPart]
    assert build_prompt("no image", []) == "no image"


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "cannot be read: No such file"), (b"plain text", "no PNG, JPEG, GIF or WebP"), (b"", "no PNG")],
)
def test_what_is_no_image_is_refused(tmp_path, content, message):
    path = tmp_path / "a.png"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(click.BadParameter, match=message):
        read_image(str(path))


def test_a_folder_is_no_image(tmp_path):
    with pytest.raises(click.BadParameter, match="cannot be read: Is a directory"):
        read_image(str(tmp_path))


def test_a_schema_is_read_inline_and_from_a_file(tmp_path):
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    path = tmp_path / "schema.json"
    path.write_text(json.dumps(schema))
    assert read_schema(json.dumps(schema)) == read_schema(str(path)) == schema


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ('{"type": }', "not JSON: Expecting value (line 1, column 10)"),
        ("missing.json", "cannot be read"),
        ("bad\0name", "cannot be read"),
    ],
)
def test_a_broken_schema_says_where(source, message):
    with pytest.raises(click.BadParameter) as caught:
        read_schema(source)
    assert message in caught.value.format_message()


@pytest.mark.parametrize(
    ("content", "message"), [("[1]", "is a JSON list"), ("\x00", "not JSON"), ("[" * 100000, "JSON")]
)
def test_a_schema_file_has_an_object_in_it(tmp_path, content, message):
    path = tmp_path / "schema.json"
    path.write_text(content)
    with pytest.raises(click.BadParameter, match=message):
        read_schema(str(path))


def test_an_argument_that_is_no_text_is_a_usage_error(stdin):
    stdin(b"", terminal=True)
    with pytest.raises(click.UsageError, match="not UTF-8"):
        read_prompt(["caf\udce9"])
