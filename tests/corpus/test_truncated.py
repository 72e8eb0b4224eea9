"""No recorded stream that is cut off anywhere passes for a whole answer."""

import random
from dataclasses import replace

from understudy.domain.errors import ProviderError, ResponseDecodeError, StreamInterruptedError


async def test_a_stream_that_is_cut_off_is_an_error_with_the_text_so_far(entries, play):
    """One cut in each stream: the answer is the whole one, its end marker came before the cut, or it is an error."""
    wrong = []
    for entry in entries:
        if not entry.streaming or runs_on(entry):
            continue
        whole = await outcome(entry, play)
        if isinstance(whole, ProviderError):
            continue
        cut = random.Random(entry.id).randrange(1, len(entry.body))  # noqa: S311 (cuts, not secrets)
        part = await outcome(replace(entry, body=entry.body[:cut]), play)
        if isinstance(part, StreamInterruptedError):
            fits = whole.text.startswith(part.partial_text or "")
        elif isinstance(part, ResponseDecodeError):
            fits = not part.partial_text  # so early that there was nothing to read yet
        elif isinstance(part, ProviderError):
            fits = False
        else:
            fits = (part.parts, part.finish_reason) == (whole.parts, whole.finish_reason)
        if not fits:
            wrong.append(f"{entry.id} cut at {cut}: {part!r}")
    assert not wrong, "\n".join(wrong)


def runs_on(entry):
    """Whether the recorder ran several answers into one stream: a cut between them leaves a whole one."""
    return entry.body.count(b'"message_stop"') > 1


async def outcome(entry, play):
    try:
        _, result = await play(entry)
    except ProviderError as error:
        return error
    return result
