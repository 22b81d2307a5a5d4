"""A window over bytes that arrive in pieces: what a walk has not yet understood, and no more.

It is not a file: it cannot go back further than the walk asked it to keep.
"""

from collections.abc import Iterator
from typing import Final

STEP: Final = 64 * 1024
"""Bytes taken in at once: larger copies cost page faults, which is more than the walk itself."""


class Window:
    """Bytes in file order; the walk says after each window from where to keep and how much it wants next."""

    def __init__(self) -> None:
        self._base = 0
        self._kept = bytearray()
        self._want = 1

    @property
    def base(self) -> int:
        """Offset in the file of the first byte of the present window."""
        return self._base

    def over(self, data: bytes | memoryview) -> Iterator[bytes]:
        """The windows that are full enough; after each the walk calls `keep`.

        Args:
            data: the next bytes of the file, of any number.
        """
        view = memoryview(data)
        for at in range(0, len(view), STEP):
            part = view[at : at + STEP]
            if len(self._kept) + len(part) < self._want:
                self._kept += part
            else:
                yield b"".join((self._kept, part))

    def keep(self, window: bytes, start: int, want: int) -> None:
        """Keep the end of a window.

        Args:
            window: the one `over` gave last.
            start: index in it of the first byte to keep.
            want: bytes from `start` on without which the next window is of no use; more may come, and
                fewer only at the end of the file.
        """
        self._base += start
        self._kept = bytearray(memoryview(window)[start:])
        self._want = want

    def rest(self) -> bytes:
        """All that is kept: the last window, when no more bytes come."""
        return bytes(self._kept)
