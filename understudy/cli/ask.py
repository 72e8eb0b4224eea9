"""``understudy ask``: one prompt, one answer."""

from __future__ import annotations

import asyncio
import sys

import click

from understudy.cli.answers import as_json, dump, print_remarks, print_stream, print_text
from understudy.cli.inputs import build_prompt, read_prompt, read_schema
from understudy.cli.logs import verbose_option
from understudy.cli.options import SettingsChoice, generation_options, settings_options
from understudy.cli.session import open_session
from understudy.cli.terminal import write
from understudy.domain.errors import HTTPClientError
from understudy.domain.messages import Message
from understudy.domain.requests import GenerationOptions

__all__ = ["ask"]


@click.command()
@click.argument("prompt", nargs=-1)
@generation_options
@click.option("--image", "images", multiple=True, metavar="PATH|URL", help="An image to look at; may be repeated.")
@click.option("--schema", metavar="FILE|JSON", help="The JSON Schema that the answer follows: a file, or {…} inline.")
@click.option("--stream/--no-stream", default=None, help="Print the answer as it comes.  [default: on a terminal]")
@click.option("--json", "json_output", is_flag=True, help="Print the whole result as JSON.")
@settings_options
@verbose_option
def ask(
    prompt: tuple[str, ...],
    *,
    provider: str | None,
    options: GenerationOptions,
    images: tuple[str, ...],
    schema: str | None,
    stream: bool | None,
    json_output: bool,
    choice: SettingsChoice,
) -> None:
    """Send PROMPT and print the answer.

    The prompt is read from standard input where PROMPT is absent or "-"; where both are there, standard input is put
    after PROMPT. The answer goes to standard output, everything else to standard error.
    """
    if json_output and stream:
        raise click.UsageError("--json prints the whole result at once; leave --stream out.")
    if schema is not None:
        options["response_schema"] = read_schema(schema)
    message = build_prompt(read_prompt(prompt), images)
    streamed = not json_output and (sys.stdout.isatty() if stream is None else stream)
    asyncio.run(_ask(message, provider, options, choice, streamed=streamed, json_output=json_output))


async def _ask(
    message: str | Message,
    provider: str | None,
    options: GenerationOptions,
    choice: SettingsChoice,
    *,
    streamed: bool,
    json_output: bool,
) -> None:
    async with open_session(choice) as session:
        generator = session.generator(provider)
        try:
            streamed = streamed and generator.capabilities.streaming
            if streamed:
                result = await print_stream(generator.stream(message, **options))
            else:
                result = await generator.generate(message, **options)
        except HTTPClientError as error:
            reason = session.why_chosen() if provider is None else None
            if reason:
                error.add_note(reason)
            raise
    if json_output:
        write(dump(as_json(result)))
        return
    if not streamed:
        print_text(result)
    print_remarks(result)
