"""What the reference lists is all there is, and all there is stands in the reference."""

import ast
import inspect
import json
import re
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from pathlib import Path

import click
import numpy as np
import pytest
from pydantic import BaseModel

import archives
from chords import chords
from longplay import errors
from longplay.audio.encode import Encoding, encode
from longplay.cli.main import COMMANDS
from longplay.errors import ExitCode, LongplayError
from longplay.formats.journal import _KINDS as KINDS
from longplay.formats.licences import read_claim
from longplay.formats.records import Record
from longplay.ledger import tables
from longplay.mirror.state import BundleState, MirrorState
from longplay.model import (
    audio,
    digests,
    editions,
    events,
    findings,
    holdings,
    recordings,
    rights,
    technical,
)
from longplay.model.findings import FindingCode, Severity
from longplay.model.rights import Condition, KeepingBasis
from longplay.rights.rules import RULES
from longplay.settings import Settings

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
BY_HAND = [
    ROOT / "CONTRIBUTING.md",
    ROOT / "README.md",
    *(ROOT / "changelog").glob("*.md"),
    *(path for path in DOCS.rglob("*.md")),
]


def text_of(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def first_cells(text: str) -> dict[str, str]:
    """What stands in code in the first cell of table rows, with the whole row."""
    rows = {}
    for line in text.splitlines():
        if line.startswith("| "):
            for word in re.findall(r"`([^`]+)`", line.split(" | ")[0]):
                rows[word] = line
    return rows


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next heading of any level."""
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"no heading {heading!r}"
    return found[1]


# the command line


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command by its name, those of groups included, such as `recordings review`."""
    for name in COMMANDS:
        command: click.Command = import_module(f"longplay.cli.{name}").command
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {verb}", inner) for verb, inner in command.commands.items())


def test_the_generated_pages_are_current() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "docs.build", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_every_command_and_option_is_documented() -> None:
    page = text_of("reference/cli.md")
    for name, command in commands():
        shown = section(page, f"longplay {name}")
        for parameter in command.params:
            if parameter.param_type_name == "option":
                assert all(spelling in shown for spelling in parameter.opts), (name, parameter.opts)


# exit codes and errors


def test_every_exit_code_is_documented_with_its_number() -> None:
    table = text_of("reference/exit-codes.md").partition("## Every error")[0]
    listed = dict(re.findall(r"^\| (\d+) \| `(\w+)` \|", table, re.MULTILINE))
    assert listed == {str(code.value): code.name for code in ExitCode}


def test_every_error_is_documented_with_its_exit_code() -> None:
    table = text_of("reference/exit-codes.md").partition("## Every error")[2]
    listed = dict(re.findall(r"^\| `(\w+)` \| (\d+) \|", table, re.MULTILINE))
    classes = [
        kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, LongplayError)
    ]
    assert listed == {kind.__name__: str(kind.exit_code.value) for kind in classes}


# findings


def test_every_finding_is_documented_once() -> None:
    listed = re.findall(r"^\| `([a-z-]+)` \|", text_of("reference/findings.md"), re.MULTILINE)
    assert sorted(listed) == sorted(code.value for code in FindingCode)


def test_every_severity_is_documented() -> None:
    page = text_of("reference/findings.md")
    assert all(f"`{severity.value}`" in page for severity in Severity)


def test_the_guide_says_what_to_do_with_every_finding_of_a_check() -> None:
    guide = first_cells(text_of("guides/checking-and-repairing.md"))
    checks = section(text_of("reference/findings.md"), "In checks: `audit`, `verify`, `mirror`, `rebuild`")
    assert first_cells(checks).keys() <= guide.keys()


# settings


def test_every_setting_is_documented_with_its_variable() -> None:
    rows = first_cells(text_of("reference/settings.md"))
    for name, field in Settings.model_fields.items():
        part = field.annotation
        assert inspect.isclass(part)
        assert issubclass(part, BaseModel)
        for setting in part.model_fields:
            assert f"{name}.{setting}" in rows
            assert f"`{name}.{setting}`" in rows[f"LONGPLAY_SETTINGS__{name}__{setting}".upper()]


def test_every_basis_for_keeping_is_documented() -> None:
    assert {basis.value for basis in KeepingBasis} <= first_cells(text_of("reference/settings.md")).keys()


# licence claims


def test_the_table_of_claims_is_what_the_reader_says() -> None:
    table = section(text_of("reference/licence-claims.md"), "What a short claim comes to")
    rows = re.findall(r"^\| `([^`]+)` \| `([^`]+)` \|$", table, re.MULTILINE)
    assert len(rows) > 10
    assert {claim: read_claim(claim).licence for claim, _ in rows} == dict(rows)


def test_the_claims_that_stay_unknown_do() -> None:
    table = section(text_of("reference/licence-claims.md"), "What stays unknown, and why")
    claims = [word for line in table.splitlines() for word in re.findall(r"`([^`]+)`", line.split(" | ")[0])]
    assert len(claims) > 6
    assert not [claim for claim in claims if read_claim(claim).licence]


def test_every_rule_and_condition_is_documented() -> None:
    rows = first_cells(text_of("reference/licence-claims.md"))
    for rule in RULES:
        assert rule.citation in rows[rule.name]
    assert {condition.value for condition in Condition} <= rows.keys()


# formats


def test_every_kind_of_journal_line_is_documented_with_all_its_fields() -> None:
    page = text_of("format/journal.md")
    for kind, fact in KINDS.items():
        body = section(page, kind)
        assert not [name for name in fact.__dataclass_fields__ if f"`{name}`" not in body], kind
        assert f"| `{kind}` | `" in page


@pytest.mark.parametrize(
    "value",
    [
        digests.FileDigests,
        audio.AudioFacts,
        audio.TagFacts,
        rights.RightsStatement,
        rights.Decision,
        findings.Finding,
        technical.Measurement,
        technical.Loudness,
        technical.Embedded,
        technical.BroadcastExtension,
        technical.CuePoint,
        technical.TechnicalFinding,
        technical.Tool,
        technical.Carrier,
        technical.Face,
        technical.TransferDevice,
        recordings.PairJudgement,
    ],
)
def test_every_value_of_the_journal_is_documented(value: type) -> None:
    body = section(text_of("format/journal.md"), value.__name__)
    assert not [name for name in value.__dataclass_fields__ if f"`{name}`" not in body]


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("format/journal.md", [*events.EventType, *events.EventOutcome, *holdings.CompanionKind]),
        ("format/journal.md", [*rights.Act, *rights.Verdict, *rights.RightsBasis, *rights.StatementSource]),
        ("format/journal.md", [*recordings.PairVerdict, *Severity]),
        ("format/edition.md", [*editions.Partition, *editions.Edition.__dataclass_fields__]),
        ("format/edition.md", [*editions.Stage.__dataclass_fields__]),
        ("format/edition.md", [*editions.BundleEntry.__dataclass_fields__]),
        ("format/records.md", [*Record.__dataclass_fields__]),
        ("format/mirror.md", [*MirrorState.__dataclass_fields__]),
        ("format/mirror.md", [f"bundles.*.{name}" for name in BundleState.__dataclass_fields__]),
    ],
)
def test_every_word_of_a_format_is_documented(page: str, words: list[str]) -> None:
    text = text_of(page)
    assert not [word for word in words if f"`{word}`" not in text]


def test_every_table_and_column_of_the_ledger_is_documented() -> None:
    page = text_of("format/ledger.md")
    for table in tables.metadata.sorted_tables:
        body = section(page, table.name)
        listed = first_cells(body).keys()
        missing = [column.name for column in table.columns if column.name not in listed]
        assert missing in ([], ["writer", "seq"]) or table.name == "bundle_file", (table.name, missing)


# JSON lines


def printed_types() -> dict[str, set[str]]:
    """The types of JSON lines by command, as the source of the commands names them."""
    found = defaultdict(set)
    folder = ROOT / "src" / "longplay" / "cli"
    modules = [(name, folder / f"{name}.py") for name in COMMANDS]
    for group in ("catalogue", "rights"):
        modules += [(group, path) for path in sorted(folder.glob(f"{group}_*.py"))]
    for name, path in modules:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                if node.func.attr in {"line", "_line"} and node.args and isinstance(node.args[0], ast.Constant):
                    found[name].add(str(node.args[0].value))
                if node.func.attr == "finding":
                    found[name].add("finding")
    return found


def test_every_type_of_json_line_has_a_heading() -> None:
    headings = re.findall(r"^#+ (.*)$", text_of("reference/json-lines.md"), re.MULTILINE)
    types = printed_types()
    assert types.keys() == COMMANDS.keys()
    for command, kinds in types.items():
        for kind in kinds - {"finding"}:
            assert any(heading.startswith(kind) or f"and {kind}" in heading for heading in headings), kind
            assert any(f"`{command}`" in heading or f"`{command} " in heading for heading in headings), command


def documented_fields(heading: str) -> set[str]:
    return set(first_cells(section(text_of("reference/json-lines.md"), heading)))


class _Taken:
    """What commands print: fields by type by command, `type` and `schema` left out."""

    def __init__(self, scratch: Path, environment: dict[str, str]) -> None:
        self.found: dict[str, dict[str, set[str]]] = {}
        self._scratch, self._environment = scratch, environment

    def run(self, command: str, *arguments: str, code: int = 0) -> list[dict[str, str]]:
        """The lines of a command, such as `recordings review`."""
        call = ["longplay", *command.split(), *arguments, "--format", "json"]
        ran = subprocess.run(
            call, cwd=self._scratch, env=self._environment, stdout=subprocess.PIPE, text=True, check=False
        )
        assert ran.returncode == code, call
        return self.take(command, ran.stdout)

    def take(self, command: str, output: str) -> list[dict[str, str]]:
        lines = [json.loads(line) for line in output.splitlines()]
        for line in lines:
            assert line["schema"] == 1
            fields = self.found.setdefault(command, {}).setdefault(line["type"], set())
            fields |= line.keys() - {"type", "schema"}
        assert lines[-1]["type"] == "summary", command
        return lines


def _part_of_the_long_piece(music: Path) -> None:
    """Somebody's shorter take of the piece that lies there twice: sound alone cannot say what it is."""
    one = chords(17.0, 44_100).astype(np.float32) / 32_768
    encode(np.stack([one, one], axis=1), rate=44_100, path=music / "part.flac", encoding=Encoding.FLAC, tags={})


@pytest.fixture
def lines(scratch: Path, environment: dict[str, str]) -> dict[str, dict[str, set[str]]]:
    """What the commands print: fields by type by command."""
    taken = _Taken(scratch, environment)
    taken.run("init", "archive")
    environment["LONGPLAY_ARCHIVE"] = "archive"
    _part_of_the_long_piece(scratch / "music")
    by_path = {
        line["path"]: line["content_id"] for line in taken.run("ingest", "music") if line["type"] == "holding"
    }
    whole, copy, tape = (
        by_path[path]
        for path in ("Night Bus/02 Terminus.flac", "Attic/from a phone.opus", "Attic/home tape.wav")
    )
    taken.run("derive", whole, "--opus", "75", "--anew")
    _curate(taken, whole, copy, tape)
    held = taken.run("holdings")[0]["content_id"]
    taken.run("show", held)
    taken.run("status")
    _settle_rights(taken, scratch, whole)
    _withdraw(taken, scratch / "archive", held)
    _catalogue(taken, scratch, scratch / "archive")
    taken.run("publish", "--edition", "first", "--out", "public")
    taken.run("stream", whole, "--out", "song")
    taken.run("dataset", "corpus")
    taken.run("mirror", "public/first", "--into", "mirror")
    song = next((scratch / "mirror").glob("*/data/**/*.flac"))
    song.write_bytes(b"X" + song.read_bytes()[1:])
    taken.run("verify", "mirror", code=3)
    (scratch / "archive" / "blobs" / held[:2] / held[2:4] / held).unlink()
    taken.run("audit", code=3)
    taken.run("rebuild", code=3)
    _in_this_process(taken, scratch / "archive", "purge", held, *_TWO)
    seed = ["longplay", "seed", "--listen", "127.0.0.1:0", "--format", "json"]
    with subprocess.Popen(seed, cwd=scratch, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        taken.take("seed", first + process.stdout.read())
    return taken.found


def _curate(taken: _Taken, whole: str, copy: str, tape: str) -> None:
    """Decisions that what is found later contradicts: the copy sounds like the whole, which is not the tape."""
    why = ("--by", "Ada", "--reason", "heard both")
    taken.run("recordings split", tape, whole, *why)
    taken.run("recordings merge", tape, copy, *why)
    taken.run("recordings")
    taken.run("recordings review")


_TWO = ("--reason", "court-order", "--by", "Ada", "--approved-by", "Bo")


def _in_this_process(taken: _Taken, archive: Path, command: str, *arguments: str) -> list[dict[str, str]]:
    """The lines of a command, without starting Python again."""
    ran = archives.json_of(*command.split(), *arguments, "--archive", archive)
    assert ran.code == 0, ran.err
    return taken.take(command, ran.out)


def _withdraw(taken: _Taken, archive: Path, held: str) -> None:
    """A claim, what came of it, and that it was taken back."""
    run = partial(_in_this_process, taken, archive)
    notice = run("notices add", "--kind", "dsa-notice", "--about", held)[-1]["notice"]
    run("withdraw", held, "--reason", "policy", "--by", "Ada")
    run("notices reasons", notice)
    run("notices answer", notice, "--kind", "appeal")
    run("notices")
    run("notices list")
    run("notices show", notice)
    run("withdraw", held, "--reverse", "--by", "Ada", "--words", "a mistake")
    taken.take("notices template", archives.json_of("notices", "template", "--kind", "appeal").out)


def _catalogue(taken: _Taken, scratch: Path, archive: Path) -> None:
    """A listening history with a row that is none, imported, built, forgotten."""
    run = partial(_in_this_process, taken, archive)
    listens = scratch / "listens.csv"
    listens.write_text(
        "artist,track,album,time\nAda,Song,,1782000000\n,Nobody's,,1782000001\n", encoding="utf-8"
    )
    song = scratch / "song.json"
    song.write_text('{"id": "1b1b", "title": "Song", "length": 180000, "artist-credit": [{"name": "Ada"}]}')
    album = scratch / "album.json"
    track = '{"position": 1, "recording": {"id": "1b1b", "title": "Song", "length": 180000}}'
    album.write_text(
        '{"id": "2c2c", "title": "Album", "date": "1997-01-01", "genres": [{"name": "rock"}],'
        f' "media": [{{"position": 1, "tracks": [{track}]}}]}}'
    )
    run("catalogue import", "musicbrainz", str(song), str(album))
    name = run("catalogue import", "scrobbles", str(listens))[0]["id"]
    run("catalogue imports")
    run("catalogue rejects", name)
    run("catalogue build")
    run("catalogue snapshots")
    run("catalogue index")
    run("search", "song")
    run("coverage", "--top", "1")
    run("catalogue match", "--list", "all")
    run("catalogue why", "musicbrainz:1b1b")
    run("coverage", "--of", "wanted")
    run("catalogue stats")
    run("catalogue export", str(scratch / "exported"))
    run("catalogue forget", name)


def _settle_rights(taken: _Taken, scratch: Path, whole: str) -> None:
    """Statements shown, imported, decided, drifted from."""
    why = ("--by", "Ada", "--reason", "a letter")
    taken.run("rights show", whole)
    taken.run("rights explain", whole, "redistribute")
    taken.run("rights check", "--list", "unknown")
    rows = "path,licence,published\nAttic/home tape.wav,CC-BY-4.0,19??\nnowhere.wav,CC0-1.0,\n"
    (scratch / "statements.csv").write_text(rows, encoding="utf-8")
    taken.run("rights import", "statements.csv")
    taken.run("rights decide", whole, "--licence", "CC0-1.0", "--until", "2090-01-01", *why)
    taken.run("rights calendar")
    taken.run("rights drift", "--list")


HEADINGS = {
    "finding": "finding",
    "bundle": "bundle, from `publish`",
    "listening": "listening, from `seed`",
    "summary of `show`": "summary of `holdings` and of `show`",
    "summary of `holdings`": "summary of `holdings` and of `show`",
    "notice": "notice, from `notices`",
    "import, from `catalogue forget`": "import, from `catalogue imports`",
    "summary of `notices list`": "summary of `notices`",
    "summary of `notices show`": "summary of `notices`",
    "summary of `notices answer`": "summary of `notices add`",
}


def test_every_field_of_every_json_line_is_documented_and_no_other(
    lines: dict[str, dict[str, set[str]]],
) -> None:
    assert lines.keys() == {name for name, _ in commands()} - {"catalogue", "demo", "rights"}
    met = {kind for types in lines.values() for kind in types}
    assert met == {kind for kinds in printed_types().values() for kind in kinds} - {"chapter", "step"}
    for command, types in lines.items():
        for kind, fields in types.items():
            usual = f"summary of `{command}`" if kind == "summary" else f"{kind}, from `{command}`"
            optional = {"pieces"} if kind == "finding" else set()
            heading = HEADINGS.get(kind) or HEADINGS.get(usual) or usual
            assert fields | optional == documented_fields(heading), (command, kind)


# all pages


@pytest.mark.parametrize("page", BY_HAND, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_links_only_to_what_is_there_and_is_written_plainly(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert "\N{EM DASH}" not in text
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        assert file.exists(), target
        if anchor:
            assert anchor in anchors_of(file), target


def anchors_of(page: Path) -> set[str]:
    """Anchors of headings, as forges make them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_page_can_be_reached_from_the_index() -> None:
    seen: set[Path] = set()
    waiting = [DOCS / "index.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        for target in re.findall(r"\]\(([^)#\s:]+)", page.read_text(encoding="utf-8")):
            file = (page.parent / target).resolve()
            waiting += sorted(file.glob("*.md")) if file.is_dir() else [file]
    written = {page for page in DOCS.rglob("*.md") if page.name != "benchmarks.md"}
    assert written <= seen
