"""A zstandard file as a stream of its expanded bytes that knows whether the file was whole.

In: an open binary file of one or more frames. Out: a raw stream; one that breaks off inside a frame raises at its end,
which zstandard's own reader passes over in silence wherever the cut falls between two lines of the text.
"""

from __future__ import annotations

import io
from typing import IO, Any

import zstandard

MAX_WINDOW_BYTES = 1 << 27
# Four bytes of a hostile frame can stand for 128 KiB, so this many at a time expand to 128 MiB at most.
STEP_BYTES = 4096


class ZstdStream(io.RawIOBase):
    """The expanded bytes. Raises zstandard.ZstdError on damage, and at the end when the last frame is cut short."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self._frame: Any = None  # the frame being read; None between two
        self._packed = b""
        self._expanded = memoryview(b"")

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a part of the buffer; how many bytes, 0 at the end."""
        while not self._expanded:
            if not self._packed:
                self._packed = self._raw.read(STEP_BYTES)
            if not self._packed:
                if self._frame is not None:
                    raise zstandard.ZstdError("the file breaks off inside a frame")
                return 0
            self._step()
        size = min(len(buffer), len(self._expanded))
        buffer[:size] = self._expanded[:size]
        self._expanded = self._expanded[size:]
        return size

    def _step(self) -> None:
        """Expand the packed bytes at hand, at most to the end of a frame."""
        if self._frame is None:
            self._frame = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW_BYTES).decompressobj()
        self._expanded = memoryview(self._frame.decompress(self._packed))
        self._packed = self._frame.unused_data if self._frame.eof else b""
        if self._frame.eof:
            self._frame = None

    def close(self) -> None:
        """Close the file under it too."""
        if not self.closed:
            self._raw.close()
        super().close()
