"""What a walk over the bytes of a recording counts, and how it becomes findings.

It judges nothing: each walk says which code and severity its counts have.
"""

from collections.abc import Iterable
from typing import Final

from longplay.model.findings import FindingCode, Severity
from longplay.model.technical import TechnicalFinding

_ORDER: Final = {code: place for place, code in enumerate(FindingCode)}


class Tally:
    """How often something was met, over how many bytes, and where first.

    Attributes:
        count: how often.
        amount: bytes, or what else is counted with it.
        at: offset in the file of the first place; `None` before any.
    """

    def __init__(self) -> None:
        self.count = 0
        self.amount = 0
        self.at: int | None = None

    def add(self, at: int, *, count: int = 1, amount: int = 0) -> None:
        """Count one more place."""
        self.count += count
        self.amount += amount
        if self.at is None or at < self.at:
            self.at = at


class Findings:
    """Findings put together part by part: one for each code and severity's heaviest, first place kept."""

    def __init__(self) -> None:
        self._parts: dict[FindingCode, list[tuple[Severity, str, int | None]]] = {}

    def note(self, code: FindingCode, detail: str, at: int | None) -> None:
        """Add advice."""
        self._parts.setdefault(code, []).append((Severity.NOTE, detail, at))

    def warn(self, code: FindingCode, detail: str, at: int | None) -> None:
        """Add damage."""
        self._parts.setdefault(code, []).append((Severity.WARNING, detail, at))

    def in_order(self) -> tuple[TechnicalFinding, ...]:
        """One finding for each code, in the order of `FindingCode`."""
        return tuple(_joined(code, self._parts[code]) for code in sorted(self._parts, key=_ORDER.__getitem__))


def _joined(code: FindingCode, parts: Iterable[tuple[Severity, str, int | None]]) -> TechnicalFinding:
    parts = list(parts)
    is_damage = any(severity is Severity.WARNING for severity, _, _ in parts)
    # what is only advice has no place in a sentence about damage
    told = [part for part in parts if not is_damage or part[0] is Severity.WARNING]
    places = [at for _, _, at in told if at is not None]
    return TechnicalFinding(
        code=code,
        severity=Severity.WARNING if is_damage else Severity.NOTE,
        detail="; ".join(detail for _, detail, _ in told),
        at=min(places, default=None),
    )


def counted(count: int, thing: str) -> str:
    """A number and its thing, such as `1 page` or `12,000 pages`."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"
