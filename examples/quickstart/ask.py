"""Ask one question and print the answer as it comes: ``python ask.py [QUESTION]``.

Without a key: ``UNDERSTUDY_PROFILE=test python ask.py``.
"""

import asyncio
import sys

import understudy


async def answer(generator: understudy.TextGenerator, question: str) -> str:
    """The answer's text, printed while it arrives."""
    said = ""
    async for piece in generator.generate_stream(question, system="Answer in one sentence.", max_output_tokens=2000):
        print(piece, end="", flush=True)
        said += piece
    print()
    return said


async def main() -> None:
    question = " ".join(sys.argv[1:]) or "What does an understudy do in a theatre?"
    async with understudy.open_container() as container:
        generator = container.generator()
        print(f"{generator.name} ({generator.model}):")
        await answer(generator, question)


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except understudy.UnderstudyError as error:
        sys.exit(str(error))
