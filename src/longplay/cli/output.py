"""What commands print: data on stdout, talk on stderr; text for people, JSON lines for programs.

Every JSON line has `type` and `schema`; the last one is the `summary`.

Source: docs/reference/json-lines.md.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Final

import click

from longplay.model.findings import Finding, Severity

SCHEMA: Final = 1
"""Version of the JSON lines; raised when a field changes its meaning or goes away."""

_COLOURS: Final = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "blue"}
_UNITS: Final = ("B", "kB", "MB", "GB", "TB", "PB")


class Output:
    """Where a command's results go, in the form asked for."""

    def __init__(self, form: str) -> None:
        """A printer.

        Args:
            form: `text` or `json`.
        """
        self.json = form == "json"

    def line(self, kind: str, fields: Mapping[str, object], text: str | None = None) -> None:
        """One result.

        Args:
            kind: its `type`.
            fields: what the JSON line holds.
            text: what a person reads; `None`: nothing.
        """
        if self.json:
            record = {"type": kind, "schema": SCHEMA, **fields}
            click.echo(_escaped(json.dumps(record, ensure_ascii=False, default=str)))
        elif text is not None:
            click.echo(printable(text))

    def finding(self, finding: Finding) -> None:
        """One finding: data in JSON; talk in text, so that it stands on stderr."""
        fields: dict[str, object] = {
            "code": finding.code.value,
            "severity": finding.severity.value,
            "path": finding.path,
            "detail": finding.detail,
        }
        if finding.pieces:
            fields["pieces"] = list(finding.pieces)
        if self.json:
            self.line("finding", fields)
            return
        pieces = f" (pieces {_ranges(finding.pieces)})" if finding.pieces else ""
        mark = click.style(finding.code.value, fg=_COLOURS[finding.severity])
        click.echo(f"{mark}  {printable(finding.path)}: {printable(finding.detail)}{pieces}", err=True)

    def table(self, title: str, rows: Sequence[tuple[str, str]]) -> None:
        """A summary for people; prints nothing in JSON."""
        if self.json:
            return
        width = max(len(name) for name, _value in rows)
        if title:
            click.echo(click.style(title, bold=True))
        for name, value in rows:
            click.echo(f"  {name:<{width}}  {printable(value)}")

    def text(self, text: str) -> None:
        """More for a person about the line before; prints nothing in JSON."""
        if not self.json:
            click.echo(printable(text))

    def gap(self) -> None:
        """An empty line for people; nothing in JSON."""
        if not self.json:
            click.echo()

    def talk(self, text: str) -> None:
        """Something for a person, on stderr; silent in JSON."""
        if not self.json:
            click.echo(printable(text), err=True)


def printable(text: str) -> str:
    """Text on one line that cannot play tricks on a terminal: control characters become `?`."""
    return "".join(char if char.isprintable() or char == "\t" else "?" for char in text)


def _escaped(line: str) -> str:
    """A JSON line in which what a terminal would obey, or UTF-8 cannot hold, stands as `\\uXXXX`."""
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in line)


def size_text(size: int) -> str:
    """A size for people, such as `3.5 MB`."""
    amount = float(size)
    for unit in _UNITS:
        if amount < 1000 or unit == _UNITS[-1]:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    raise AssertionError


def duration_text(milliseconds: int) -> str:
    """A playing time for people, such as `3:07`."""
    minutes, seconds = divmod(milliseconds // 1000, 60)
    return f"{minutes}:{seconds:02d}"


def loudness_text(lufs: float | None) -> str:
    """A loudness for people, such as `-14.2 LUFS`; a dash where there is none."""
    return "-" if lufs is None else f"{lufs:.1f} LUFS"


def _ranges(numbers: Sequence[int]) -> str:
    """Numbers with runs joined, such as `0-2, 7`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def is_terminal() -> bool:
    """Whether somebody watches stderr."""
    return sys.stderr.isatty()
