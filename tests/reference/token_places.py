"""Where tokens occur, said plainly: what `headwater.kernels.token_places` must find."""

from __future__ import annotations

from headwater.kernels.token_places import AROUND, BEFORE, EXAMPLES, NOWHERE, SEVERAL


def note(documents: list[list[int]], hosts: list[int], vocab_size: int) -> dict[int, tuple]:
    """Per token that occurs: (count, host, examples, tokens round the first occurrence)."""
    found = {}
    for token in range(vocab_size):
        places = [(d, at) for d, ids in enumerate(documents) for at, id_ in enumerate(ids) if id_ == token]
        if not places:
            continue
        on = {hosts[d] for d, _ in places}
        host = on.pop() if len(on) == 1 and NOWHERE not in on else SEVERAL
        examples = list(dict.fromkeys(d for d, _ in places))[:EXAMPLES]
        document, at = places[0]
        begin = max(0, at - BEFORE)
        found[token] = (len(places), host, examples, documents[document][begin : begin + AROUND])
    return found
