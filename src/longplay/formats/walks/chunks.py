"""Reading the structure of a file while its bytes pass by once, in pieces cut anywhere.

A walk is written as if it could read (take so many bytes, skip so many) and waits where the bytes have not
come yet. What it skips is only counted, so its memory does not grow with the file. It neither seeks nor
decodes.
"""

from collections.abc import Generator
from typing import Final, Generic, TypeVar

from longplay.model.findings import FindingCode, Severity
from longplay.model.technical import TechnicalFinding

T = TypeVar("T")
Steps = Generator[None, None, T]
"""A reading that yields where it must wait for more bytes, and returns what it read."""

_ORDER: Final = {code: place for place, code in enumerate(FindingCode)}
_CONTROLS: Final = {code: None for code in range(32) if chr(code) not in "\t\n\r"} | {
    0xFFFE: None,
    0xFFFF: None,
}


class Source:
    """The bytes of a file, in order, as far as they have come.

    Attributes:
        at: offset of the next byte to be read.
    """

    def __init__(self) -> None:
        self.at = 0
        self._back = b""
        self._piece = memoryview(b"")
        self._ended = False

    def feed(self, piece: bytes | memoryview) -> None:
        """Offer the next bytes; those before must have been read."""
        self._piece = memoryview(piece)

    def end(self) -> None:
        """No more bytes will come: readings from now on are short where the file ends."""
        self._ended = True

    def give_back(self, data: bytes) -> None:
        """Unread the bytes read last."""
        self._back = data + self._back
        self.at -= len(data)

    def take(self, length: int) -> Steps[bytes]:
        """The next `length` bytes; fewer only where the file ends."""
        data = bytes(self._some(length))
        if len(data) == length:
            return data
        gathered = bytearray(data)
        while len(gathered) < length and (yield from self._wait()):
            gathered += self._some(length - len(gathered))
        return bytes(gathered)

    def skip(self, length: int) -> Steps[int]:
        """Pass over `length` bytes and return how many there were; fewer only where the file ends."""
        left = length - len(self._some(length))
        while left and (yield from self._wait()):
            left -= len(self._some(left))
        return length - left

    def rest(self) -> Steps[int]:
        """Pass over all that is left and return the size of the file in bytes."""
        while (yield from self._wait()):
            self._some(len(self._back) or len(self._piece))
        return self.at

    def tail(self, length: int) -> Steps[bytes]:
        """Pass over all that is left and return its last `length` bytes; fewer where it is shorter."""
        tail = b""
        while (yield from self._wait()):
            part = self._some(len(self._back) or len(self._piece))
            tail = (tail + bytes(part[-length:]))[-length:]
            del part
        return tail

    def _some(self, limit: int) -> bytes | memoryview:
        """What is there, up to `limit` bytes. It must not be kept: the buffer is the caller's."""
        if self._back:
            part: bytes | memoryview = self._back[:limit]
            self._back = self._back[limit:]
        else:
            part = self._piece[:limit]
            self._piece = self._piece[limit:]
        self.at += len(part)
        return part

    def _wait(self) -> Steps[bool]:
        """Wait until bytes are there; `False` when the file has ended."""
        while not self._back and not self._piece:
            if self._ended:
                return False
            self._piece = memoryview(b"")
            yield
        return True


class Walk(Generic[T]):
    """Reads the structure of one file from its bytes; a format says how in `_steps`.

    Feed it the file's bytes in order in pieces of any length, then call `finish` once. It keeps no reference
    to a piece.
    """

    def __init__(self) -> None:
        self._source = Source()
        self._found = Findings()
        self._facts: T | None = None
        self._running = self._steps()

    def _steps(self) -> Steps[T]:
        """Read the whole file and return what it is. Must not raise, whatever the bytes."""
        raise NotImplementedError

    def update(self, data: bytes | memoryview) -> None:
        """Take in the next bytes."""
        if len(data) and self._facts is None:
            self._source.feed(data)
            self._go_on()

    def finish(self) -> T:
        """What the bytes fed are, taking their end for the end of the file."""
        self._source.end()
        if self._facts is None:
            self._go_on()
        if self._facts is None:
            raise RuntimeError("a walk waits for bytes after the end of the file")
        return self._facts

    def _go_on(self) -> None:
        try:
            next(self._running)
        except StopIteration as stop:
            self._facts = stop.value


class Findings:
    """Gathers findings: one for each code, the first of the heaviest."""

    def __init__(self) -> None:
        self._by_code: dict[FindingCode, TechnicalFinding] = {}

    def __contains__(self, code: FindingCode) -> bool:
        return code in self._by_code

    def note(self, code: FindingCode, detail: str, at: int | None = None) -> None:
        """Add advice, unless the code was found already."""
        if code not in self._by_code:
            self._by_code[code] = TechnicalFinding(code=code, severity=Severity.NOTE, detail=detail, at=at)

    def warn(self, code: FindingCode, detail: str, at: int | None = None) -> None:
        """Add damage, unless damage of this code was found already."""
        known = self._by_code.get(code)
        if known is None or known.severity is Severity.NOTE:
            self._by_code[code] = TechnicalFinding(code=code, severity=Severity.WARNING, detail=detail, at=at)

    def all(self) -> tuple[TechnicalFinding, ...]:
        """Everything found, in the order of `FindingCode`."""
        return tuple(sorted(self._by_code.values(), key=lambda finding: _ORDER[finding.code]))


def text_of(data: bytes) -> str | None:
    """A text field: up to the first NUL, UTF-8 or else Latin-1, without outer blanks; `None` when empty.

    Control characters that XML does not take are left out.
    """
    data = data.partition(b"\0")[0]
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return text.translate(_CONTROLS).strip() or None
