"""A conversation: what was said, to whom, and the words that steer it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from understudy.cli.answers import print_remarks, print_stream, print_text
from understudy.domain.errors import near_match
from understudy.domain.generation import TextGenerator
from understudy.domain.messages import Message
from understudy.domain.requests import GenerationOptions
from understudy.domain.results import GenerationResult

__all__ = ["COMMANDS", "Conversation"]


@dataclass(kw_only=True, eq=False)
class Conversation:
    """The messages so far and the generator that answers the next one; ``find`` gives a generator by name."""

    find: Callable[[str | None], TextGenerator]
    generator: TextGenerator
    options: GenerationOptions
    messages: list[Message] = field(default_factory=list)
    ended: bool = False

    @property
    def model(self) -> str:
        """The model that will answer."""
        return self.options.get("model") or self.generator.model

    async def say(self, text: str) -> GenerationResult:
        """Send ``text`` with all that came before, and print the answer as it comes.

        A turn that fails is not remembered, so that it can be said again.
        """
        turns = [*self.messages, Message.user(text)]
        if self.generator.capabilities.streaming:
            result = await print_stream(self.generator.stream(turns, **self.options))
        else:
            result = await self.generator.generate(turns, **self.options)
            print_text(result)
        print_remarks(result)
        self.messages = [*turns, Message.assistant(result.parts)]
        return result

    def command(self, line: str) -> str:
        """Do what a line that begins with a slash says; returns what to tell the user.

        Raises UnderstudyError where a provider that it names cannot be used.
        """
        name, _, argument = line[1:].partition(" ")
        found = COMMANDS.get(name)
        if found is None:
            near = near_match(name, COMMANDS)
            meant = f"did you mean /{near}?" if near else "/help lists the commands."
            return f"There is no command /{name}: {meant}"
        return found(self, argument.strip())


def _end(conversation: Conversation, _argument: str) -> str:
    """End the conversation."""
    conversation.ended = True
    return ""


def _help(_conversation: Conversation, _argument: str) -> str:
    """List the commands."""
    return "\n".join(f"/{name:<10} {inspect.getdoc(command)}" for name, command in COMMANDS.items())


def _reset(conversation: Conversation, _argument: str) -> str:
    """Forget what was said."""
    conversation.messages.clear()
    return "Forgotten."


def _provider(conversation: Conversation, argument: str) -> str:
    """Show the provider, or go on with another one: /provider NAME."""
    if argument:
        conversation.generator = conversation.find(argument)
        conversation.options["model"] = None  # a model's name means nothing to another provider
    return f"{conversation.generator.name}, {conversation.model}"


def _model(conversation: Conversation, argument: str) -> str:
    """Show the model, or go on with another one: /model NAME."""
    if argument:
        conversation.options["model"] = argument
    return f"{conversation.generator.name}, {conversation.model}"


def _system(conversation: Conversation, argument: str) -> str:
    """Show what the model is told about its task, or change it: /system TEXT."""
    if argument:
        conversation.options["system"] = argument
    return conversation.options.get("system") or "No system text."


def _history(conversation: Conversation, _argument: str) -> str:
    """Show what was said."""
    return "\n".join(f"{message.role}: {message.text}" for message in conversation.messages) or "Nothing was said yet."


COMMANDS: Mapping[str, Callable[[Conversation, str], str]] = MappingProxyType(
    {
        "help": _help,
        "exit": _end,
        "quit": _end,
        "reset": _reset,
        "provider": _provider,
        "model": _model,
        "system": _system,
        "history": _history,
    }
)
"""The commands by name; a docstring is its command's help."""
