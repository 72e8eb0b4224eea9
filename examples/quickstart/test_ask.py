"""The example's own test: pytest turns the profile ``test`` on, so the stand-in answers. Needs pytest-asyncio."""

import pytest
from ask import answer

import understudy


@pytest.mark.asyncio
async def test_the_answer_is_put_together_from_its_pieces(capsys: pytest.CaptureFixture[str]) -> None:
    async with understudy.open_container() as container:
        claude = container.generation.claude()
        claude.script.when(text="moon").answers(chunks=("Tit", "an."))
        assert await answer(claude, "A moon?") == "Titan."
    assert capsys.readouterr().out == "Titan.\n"
    claude.assert_called_once_with(text="A moon?", system="Answer in one sentence.")
