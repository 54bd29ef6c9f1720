"""Long lists of numbers: once enough of a text's numbers were judged, the rest of the same look need no judging.

In: the bytes of a text and the place of a run of digits. Out: where phone numbers are in it, if that is known already.
Two runs look the same where they and what stands round them differ only in digits after the first few, by which
prefixes are told. Longer runs, which may be cards or identity numbers, have checksums and are judged every one.
"""

from __future__ import annotations

from collections.abc import Sequence

MANY = 1000  # numbers of a text that are judged one by one
MAX_LOOKS = 4096
MAX_BYTES = 24  # of a run that can be known
BEFORE, AFTER = 24, 8  # bytes round a run that must look the same
PREFIX, LONG_PREFIX = 4, 8  # its first bytes, which must be the same; with a country's code before an operator's
PLUS = 0x2B
_SAME = bytes.maketrans(b"123456789", b"0" * 9)

Places = Sequence[tuple[int, int]]  # bytes from the run's start on


class Listed:
    """The looks of one text's numbers."""

    def __init__(self, num_numbers: int) -> None:
        self.many = num_numbers > MANY
        self.judged = 0
        self.looks: dict[bytes, Places] = {}

    def look(self, text: bytes, start: int, end: int) -> bytes:
        """How a run looks; nothing where it must be judged for itself."""
        if not self.many or end - start > MAX_BYTES:
            return b""
        around = text[max(0, start - BEFORE) : end + AFTER].translate(_SAME)
        prefix = text[start : start + (LONG_PREFIX if text[start] == PLUS else PREFIX)]
        return b"%d %d " % (min(start, BEFORE), end - start) + prefix + around

    def known(self, look: bytes) -> Places | None:
        """Where the numbers in a run of this look are; None where that is to be judged."""
        return self.looks.get(look) if look and self.judged >= MANY else None

    def note(self, look: bytes, places: Places) -> None:
        """What a run was judged to be."""
        self.judged += 1
        if look and len(self.looks) < MAX_LOOKS:
            self.looks[look] = places
