"""A vocabulary of single bytes in place of those that tiktoken would download."""


def single_bytes():
    ranks = {bytes([number]): number for number in range(256)}
    return {"name": "cl100k_base", "pat_str": r"[\s\S]", "mergeable_ranks": ranks, "special_tokens": {}}


ENCODING_CONSTRUCTORS = {"cl100k_base": single_bytes}
