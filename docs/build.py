"""Write the parts of the documentation that code and tests know best: the command line, the tables of rules and
of terms, the columns of the catalogue, and which damage is found.

    python -m docs.build            write them
    python -m docs.build --check    exit 1 when one of them is not what would be written

Everything else in this folder is written by hand and held to the code by tests/docs.
"""

import csv
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Final

import click
import pyarrow as pa

from longplay.catalogue.snapshot_tables import TABLES
from longplay.catalogue.sources.tables import SCHEMAS, stamped
from longplay.cli.main import COMMANDS, cli
from longplay.model.rights import Act, Condition
from longplay.rights.rules import RULES, LicenceRule
from longplay.rights.term_rows import (
    AtLeast,
    AtMost,
    Before,
    Beyond,
    Earlier,
    End,
    Is,
    Known,
    Later,
    Missing,
    NotInYear,
    On,
    Outside,
    TermRow,
    Test,
    Unknown,
    Within,
    YearsAfter,
)
from longplay.rights.term_table import RECORDING_ROWS, WORK_ROWS

DAMAGE: Final = Path(__file__).parent / "damage.csv"
REFERENCE: Final = Path(__file__).parent / "reference"
FORMAT: Final = Path(__file__).parent / "format"
BEGIN: Final = "<!-- written by docs/build.py: begin -->"
END: Final = "<!-- written by docs/build.py: end -->"


def command_line() -> str:
    """`reference/cli.md`: every command with its help, as `--help` has it."""
    commands = {name: import_module(f"longplay.cli.{name}").command for name in COMMANDS}
    parts = [
        "# The command line",
        "",
        "Written by `make docs` from the program itself. Results go to standard output, everything else to",
        "standard error. With `--format json` standard output holds [JSON lines](json-lines.md). The codes a",
        "command can end with are in [exit codes](exit-codes.md).",
        "",
        "| command | what it does |",
        "|---|---|",
        *(f"| [`longplay {name}`](#longplay-{name}) | {text} |" for name, text in COMMANDS.items()),
        "",
        *_section("longplay", cli),
    ]
    for name, command in commands.items():
        parts += _sections(f"longplay {name}", command)
    return "\n".join(parts).rstrip() + "\n"


def _sections(name: str, command: click.Command) -> list[str]:
    """One command, and after it those of its group, if it is one."""
    parts = _section(name, command)
    for verb, inner in command.commands.items() if isinstance(command, click.Group) else ():
        parts += _sections(f"{name} {verb}", inner)
    return parts


def _section(name: str, command: click.Command) -> list[str]:
    """One command: a heading and the text of its `--help`."""
    context = click.Context(
        command, info_name=name, terminal_width=100, max_content_width=100, help_option_names=["-h", "--help"]
    )
    text = "\n".join(line.rstrip() for line in command.get_help(context).strip().splitlines())
    return [f"## {name}", "", "```text", text, "```", ""]


def rule_table() -> str:
    """The table of rules, one row a rule, in the order in which they are tried."""
    head = ["rule", "licences (pattern of the SPDX id)", *(act.value for act in Act), "where it stands"]
    rows = [head, ["---"] * len(head), *map(_rule_row, RULES)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _rule_row(rule: LicenceRule) -> list[str]:
    pattern = rule.pattern.pattern.replace("|", "\\|")
    return [f"`{rule.name}`", f"`{pattern}`", *(_answer(rule, act) for act in Act), rule.citation]


def _answer(rule: LicenceRule, act: Act) -> str:
    if act not in rule.conditions:
        return "unknown"
    conditions: tuple[Condition, ...] = rule.conditions[act]
    return ", ".join(condition.value for condition in conditions) or "yes"


def damage_tables() -> str:
    """Which damage is found in which files, and which findings tell of it; from `damage.csv`.

    A test measures what stands there, and `tests/audio/damage_matrix.py` writes it.
    """
    with DAMAGE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    damages = list(dict.fromkeys(row["damage"] for row in rows))
    parts = ["| file | " + " | ".join(damages) + " |", "|---" * (len(damages) + 1) + "|"]
    for file in dict.fromkeys(row["file"] for row in rows):
        cells = [_outcome(row) for row in rows if row["file"] == file]
        parts.append(f"| {file} | {' | '.join(cells)} |")
    parts += ["", "| damage | files | found | told by |", "|---|---|---|---|"]
    for damage in damages:
        parts += _told([row for row in rows if row["damage"] == damage])
    return "\n".join(parts)


def _outcome(row: dict[str, str]) -> str:
    """What a cell says: `all`, `none`, `-` where there is nothing to damage, or how many of how many."""
    damaged, found, advised = int(row["damaged"]), int(row["found"]), int(row["advised"])
    if not damaged:
        return "-"
    if found == damaged:
        return "all"
    told = f"{found} of {damaged}" if found else "none"
    return f"{told}; advice on {advised}" if advised else told


def _told(rows: Sequence[dict[str, str]]) -> Iterator[str]:
    """The rows of one damage: files that share outcome and codes stand together."""
    alike: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if int(row["found"]):
            alike.setdefault((_outcome(row), row["codes"]), []).append(row["file"])
    for (outcome, codes), files in alike.items():
        told = ", ".join(f"`{code}`" for code in codes.split())
        yield f"| {rows[0]['damage']} | {'; '.join(files)} | {outcome} | {told} |"


def term_tables() -> str:
    """The table of terms, place by place: recordings, then works; the first row that applies decides."""
    parts = []
    for subject, table in (("recording", RECORDING_ROWS), ("musical work", WORK_ROWS)):
        for place, rows in table.items():
            parts += [f"### {_PLACES[place]}: {subject}", "", "| when | free from | rule | where it stands |"]
            parts += ["|---|---|---|---|", *map(_term_row, rows), ""]
    return "\n".join(parts).rstrip()


_PLACES: Final = {
    "EU": "European Union and its member states",
    "GB": "United Kingdom",
    "US": "United States",
    "CA": "Canada",
    "JP": "Japan",
    "AU": "Australia",
    "001": "Everywhere",
}


def _term_row(row: TermRow) -> str:
    when = " and ".join(map(_test, row.when)) or "otherwise"
    return f"| {when} | {_end(row.end)} | `{row.name}` | {row.citation} |"


def _test(test: Test) -> str:
    """One test on a fact, in words."""
    match test:
        case Known(fact):
            return f"{_fact(fact)} known"
        case Unknown(fact):
            return f"{_fact(fact)} not known"
        case Is(fact, value):
            return f"{_fact(fact)}: {'yes' if value else 'no'}"
        case AtMost(fact, year):
            return f"{_fact(fact)} {year} or earlier"
        case AtLeast(fact, year):
            return f"{_fact(fact)} {year} or later"
        case Outside(fact, first, last):
            return f"{_fact(fact)} before {first} or after {last}"
        case Within(fact, after, years):
            return f"{_fact(fact)} within {years} years of {_fact(after)}"
        case Beyond(fact, after, years):
            return f"{_fact(fact)} " + (f"more than {years} years after " if years else "after ") + _fact(after)
        case Before(fact, day):
            return f"{_fact(fact)} before {day.isoformat()}"
        case NotInYear(fact, year):
            return f"{_fact(fact)} not in the {_fact(year)}"
    raise AssertionError(test)


def _end(end: End) -> str:
    """When protection ends, in words."""
    match end:
        case YearsAfter(fact, years):
            return f"1 January after {_fact(fact)} + {years} years"
        case On(day):
            return day.isoformat()
        case Earlier(one, other):
            return f"the earlier of {_end(one)} and {_end(other)}"
        case Later(one, other):
            return f"the later of {_end(one)} and {_end(other)}"
        case Missing(fact):
            return f"unknown: {fact}"
    raise AssertionError(end)


def _fact(name: str) -> str:
    return name.removeprefix("is_").replace("_", " ")


def catalogue_tables() -> str:
    """The columns of imports and of snapshots, table by table."""
    parts: list[str] = []
    header = ["", "| column | type | meaning |", "|---|---|---|"]
    for source_table, schema in SCHEMAS.items():
        parts += [f"### Source table `{source_table.value}`", *header]
        parts += [_source_column(field) for field in stamped(schema)] + [""]
    for table, columns in TABLES.items():
        parts += [f"### Snapshot table `{table.value}`", *header]
        parts += [_column_row(one.name, one.type, one.meaning, one.unit) for one in columns] + [""]
    return "\n".join(parts).rstrip()


def _source_column(field: pa.Field) -> str:
    words = {key.decode(): value.decode() for key, value in field.metadata.items()}
    may_be_null = "; null where it is not stated" if field.nullable else ""
    return _column_row(field.name, str(field.type), words["meaning"] + may_be_null, words.get("unit", ""))


def _column_row(name: str, kind: str, meaning: str, unit: str) -> str:
    return f"| `{name}` | {kind} | {meaning}{f' ({unit})' if unit else ''} |"


def _between_marks(page: Path, text: str) -> str:
    """A page with `text` as its generated part."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{text}\n{END}{after}"


def pages() -> Iterator[tuple[Path, str]]:
    """Every page that is written here, with what it should hold."""
    yield REFERENCE / "cli.md", command_line()
    claims, damage = REFERENCE / "licence-claims.md", REFERENCE / "damage.md"
    yield claims, _between_marks(claims, rule_table())
    yield damage, _between_marks(damage, damage_tables())
    terms = REFERENCE / "terms-of-protection.md"
    yield terms, _between_marks(terms, term_tables())
    catalogue = FORMAT / "catalogue.md"
    yield catalogue, _between_marks(catalogue, catalogue_tables())


def main(arguments: list[str]) -> int:
    """Write the pages, or with `--check` say which are stale."""
    stale = [
        (path, text) for path, text in pages() if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path, text in stale:
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
        print(path)
    if stale and "--check" in arguments:
        print("out of date: run `make docs`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
