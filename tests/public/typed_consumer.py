"""A program that uses the public names, for type checkers to read; it is not run."""

from typing import assert_type

import understudy
from understudy import ApplicationContainer, GenerationResult, ProviderManager, TextGenerator, open_container


async def use() -> str:
    async with open_container(
        "settings.yaml", profile="test", set=["generation.use=mock"], overrides={"generation.claude": object()}
    ) as container:
        assert_type(container, ApplicationContainer)
        assert_type(container.generation.generator(), TextGenerator)
        assert_type(container.generator(), TextGenerator)
        assert_type(container.generation.claude(), TextGenerator)
        assert_type(container.generation.manager(), ProviderManager)
        result = await container.generator().generate("hi", temperature=0.1)
        assert_type(result, GenerationResult)
        with understudy.override(container, {"generation.claude": object()}):
            return result.text


def script() -> str:
    with understudy.blocking.open_container() as app:
        assert_type(app.generator().generate("hi"), GenerationResult)
        for piece in app.generator().generate_stream("hi"):
            assert_type(piece, str)
        return app.generator("claude").name
