"""The command line as people and programs meet it: help, exit codes, JSON lines, closed pipes, odd names."""

import json
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import click
import click.testing
import pytest
from hypothesis import given
from hypothesis import strategies as st

import archives
from archives import json_of, longplay
from longplay import errors
from longplay.cli.main import COMMANDS
from longplay.cli.output import Output, duration_text, printable, size_text
from longplay.errors import ExitCode, LongplayError
from longplay.model.findings import Finding, FindingCode, Severity

EXIT_CODES = Path(__file__).parents[2] / "docs/reference/exit-codes.md"
RunLongplay = Callable[..., "subprocess.CompletedProcess[str]"]


def tree(root: type[LongplayError]) -> Iterator[type[LongplayError]]:
    """An error class and all below it."""
    yield root
    for below in root.__subclasses__():
        yield from tree(below)


def command(name: str) -> click.Command:
    found: click.Command = import_module(f"longplay.cli.{name}").command
    return found


# errors and exit codes


@pytest.mark.parametrize("error", list(tree(LongplayError)), ids=lambda error: error.__name__)
def test_every_error_has_an_exit_code_and_is_documented_with_it(error: type[LongplayError]) -> None:
    assert isinstance(error.exit_code, ExitCode)
    assert error.exit_code is not ExitCode.OK
    assert re.search(rf"\b{error.__name__}\b", str(errors.__doc__))
    row = re.search(rf"^\| `{error.__name__}` \| (\d+) \|", EXIT_CODES.read_text(), flags=re.MULTILINE)
    assert row is not None
    assert int(row[1]) == error.exit_code


@pytest.mark.parametrize("code", list(ExitCode), ids=lambda code: code.name)
def test_every_exit_code_is_documented(code: ExitCode) -> None:
    assert f"| {code.value} | `{code.name}` |" in EXIT_CODES.read_text()


NEEDS_ARCHIVE = (
    ("ingest", "."),
    ("holdings",),
    ("show", "ab"),
    ("status",),
    ("catalogue", "imports"),
    ("coverage",),
    ("search", "love"),
    ("publish", "--edition", "x"),
    ("seed",),
    ("audit",),
    ("rebuild",),
)


@pytest.mark.parametrize("arguments", NEEDS_ARCHIVE, ids=lambda arguments: arguments[0])
def test_without_an_archive_the_answer_is_how_to_get_one(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    for folder in (tmp_path, tmp_path / "not there"):
        ran = longplay(*arguments, "--archive", folder)
        assert ran.code == 2
        assert f"no archive in {folder}" in ran.err
        assert "longplay init" in ran.err
        assert "LONGPLAY_ARCHIVE" in ran.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments", [("nonsense",), ("status", "--nonsense"), ("verify", "/not/there"), ("publish",), ("show",)]
)
def test_a_wrong_line_is_exit_code_two(arguments: tuple[str, ...]) -> None:
    ran = longplay(*arguments)
    assert ran.code == 2
    assert "Error" in ran.err


# help


def test_the_table_of_commands_is_the_folder_of_commands() -> None:
    shared = {
        "__init__",
        "imported",
        "main",
        "measured",
        "names",
        "options",
        "output",
        "progress",
        "snapshot_lines",
    }
    folder = Path(str(import_module("longplay.cli").__file__)).parent
    modules = {path.stem for path in folder.glob("*.py")}
    subcommands = {name for name in modules if name.startswith(("catalogue_", "rights_"))}
    assert set(COMMANDS) == modules - shared - subcommands


@pytest.mark.parametrize("name", list(COMMANDS))
def test_the_table_of_commands_says_what_each_commands_help_says_first(name: str) -> None:
    found = command(name)
    assert found.short_help == COMMANDS[name]
    assert (found.help or "").splitlines()[0] == COMMANDS[name]


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_has_an_example_that_calls_it_and_a_help_for_each_option(name: str) -> None:
    found = command(name)
    _, _, examples = (found.help or "").partition("Example")
    assert re.search(rf"^ +longplay {name}\b", examples, flags=re.MULTILINE)
    ran = longplay(name, "--help")
    assert ran.code == 0
    for option in found.params:
        if isinstance(option, click.Option):
            assert option.help, option.name
            assert option.opts[0] in ran.out


def takers() -> Iterator[tuple[str, ...]]:
    """Every command that does something, those of a group that is nothing by itself included."""
    for name in COMMANDS:
        found = command(name)
        if isinstance(found, click.Group) and not found.invoke_without_command:
            yield from ((name, verb) for verb in found.commands)
        else:
            yield (name,)


@pytest.mark.parametrize("names", list(takers()), ids=" ".join)
def test_every_command_takes_a_format(names: tuple[str, ...]) -> None:
    found = command(names[0])
    for verb in names[1:]:
        found = found.commands[verb]
    choices = [one.type.choices for one in found.params if "--format" in one.opts]
    assert [list(one) for one in choices] == [["text", "json"]]
    assert longplay(*names, "--format", "xml").code == 2


HEAVY = (
    "av",
    "libtorrent",
    "sqlalchemy",
    "numpy",
    "pydantic",
    "pyarrow",
    "mutagen",
    "rich",
    "msgspec",
    "pebble",
)


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from longplay.cli.main import main\n"
        "sys.argv = ['longplay', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print(sorted(set(sys.modules) & set({HEAVY!r})), file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stderr == "[]\n"
    assert all(name in ran.stdout and first in " ".join(ran.stdout.split()) for name, first in COMMANDS.items())


def test_the_version_is_told() -> None:
    assert longplay("--version").out.startswith("longplay, version ")


# JSON lines


def test_json_lines_all_say_what_they_are_and_end_with_the_summary(
    publisher: Path, edition: Path, deposit: Path, tmp_path: Path
) -> None:
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd/not audio.mp3").write_bytes(b"not audio")
    archives.flip(archives.blob_of(publisher, archives.sha256(deposit / "dark/Unstated.wav")), 8)
    first = archives.sha256(deposit / "free/Alpha.wav")
    calls: list[tuple[object, ...]] = [
        ("init", tmp_path / "new"),
        ("ingest", deposit, tmp_path / "odd", "--archive", publisher, "--jobs", 1),
        ("ingest", deposit, "--archive", publisher, "--jobs", 1, "--dry-run"),
        ("holdings", "--archive", publisher),
        ("holdings", "--dark", "--archive", publisher),
        ("show", first[:20], "--archive", publisher),
        ("status", "--archive", publisher),
        ("publish", "--edition", "first", "--archive", publisher),
        ("verify", edition),
        ("mirror", edition, "--into", tmp_path / "mirror"),
        ("audit", "--archive", publisher),
        ("rebuild", "--archive", publisher),
    ]
    for call in calls:
        ran = json_of(*call)
        assert ran.code in {0, 3}, (call, ran.err)
        assert ran.err == "", call
        assert all(line["schema"] == 1 and isinstance(line["type"], str) for line in ran.lines), call
        assert [line["type"] for line in ran.lines].count("summary") == 1, call
        assert ran.summary["type"] == "summary", call


def test_an_error_in_json_is_still_a_sentence_on_stderr(tmp_path: Path) -> None:
    ran = json_of("status", "--archive", tmp_path)
    assert ran.out == ""
    assert ran.err.startswith("longplay: ")


# what reaches the terminal

NASTY = "a\x1b[31m\x07\x9b2J\u202e\nb\x7f"


def is_harmless(text: str) -> bool:
    """Whether text holds no control or direction character but the ends of its lines."""
    return all(
        char == "\n" or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in text
    )


@given(text=st.text(st.characters()))
def test_printable_text_is_one_harmless_line_of_the_same_length(text: str) -> None:
    shown = printable(text)
    assert len(shown) == len(text)
    assert is_harmless(shown.replace("\t", " "))
    assert "\n" not in shown
    assert printable(shown) == shown


@given(text=st.text(st.characters()), key=st.sampled_from(["title", "path"]))
def test_a_json_line_is_one_harmless_line_and_says_the_same(text: str, key: str) -> None:
    with pytest.MonkeyPatch.context() as patched:
        lines: list[str] = []
        patched.setattr(click, "echo", lines.append)
        Output("json").line("kind", {key: text})
    (line,) = lines
    assert is_harmless(line)
    assert "\n" not in line
    line.encode()
    assert json.loads(line) == {"type": "kind", "schema": 1, key: text}


@pytest.fixture
def nasty(tmp_path: Path) -> Path:
    """An archive that holds a recording and refused a file, both with names that a terminal would obey."""
    folder = tmp_path / "deposit"
    archives.noise(folder / f"{NASTY}.wav", seed=NASTY)
    (folder / f"{NASTY}.mp3").write_bytes(b"not audio")
    archives.noise(folder / "titled.wav", seed="titled")
    table = folder / archives.TABLE
    table.write_text(f'path,licence,artist,title,album\ntitled.wav,CC0-1.0,"{NASTY}","{NASTY}","{NASTY}"\n')
    assert longplay("init", tmp_path / "archive").code == 0
    ran = longplay("ingest", folder, "--rights", table, "--archive", tmp_path / "archive", "--jobs", 1)
    assert ran.code == 0
    assert is_harmless(ran.out)
    assert is_harmless(ran.err)
    return tmp_path / "archive"


def test_names_cannot_play_tricks_on_a_terminal(nasty: Path) -> None:
    content_id = next(
        str(line["content_id"])
        for line in json_of("holdings", "--archive", nasty).lines
        if line.get("title") == NASTY
    )
    for call in (
        ("holdings",),
        ("show", content_id),
        ("status",),
        ("publish", "--edition", "first"),
        ("audit",),
    ):
        for form in ("text", "json"):
            ran = longplay(*call, "--archive", nasty, "--format", form)
            assert ran.code == 0, ran.err
            assert is_harmless(ran.out), call
            assert is_harmless(ran.err), call
    assert (
        sum(
            line.startswith(content_id[:12])
            for line in longplay("holdings", "--archive", nasty).out.splitlines()
        )
        == 1
    )
    assert longplay("verify", nasty / "editions/first").code == 0


def test_a_folder_with_a_nasty_name_cannot_play_tricks_in_an_error(tmp_path: Path) -> None:
    for name in (NASTY, "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "edition.json").write_text("{}")
    ran = longplay("verify", tmp_path)
    assert ran.code == 2
    assert "other" in ran.err
    assert is_harmless(ran.err)
    assert ran.err.count("\n") == 1


DRAWING = """
import sys
from longplay.cli.progress import progress_bar
bar = progress_bar(quiet=False)
bar.begin(sys.argv[1], files=2, size=2)
bar.advance(files=1, size=1)
bar.end()
"""


def test_a_bar_draws_any_name_as_it_stands() -> None:
    seen, shown = os.openpty()
    name = "check [/b] [red]x\x1b]0;y\x07"
    ran = subprocess.run([sys.executable, "-c", DRAWING, name], stderr=shown, check=False)
    os.close(shown)
    drawn = os.read(seen, 100_000).decode()
    os.close(seen)
    assert ran.returncode == 0, drawn
    assert "check [/b] [red]x?]0;y?" in drawn


def test_a_folder_that_is_no_text_is_no_trouble(tmp_path: Path, run_longplay: RunLongplay) -> None:
    folder = os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe")
    for form in ("text", "json"):
        ran = run_longplay("init", folder + form, "--format", form)
        assert ran.returncode == 0, ran.stderr
        assert "Traceback" not in ran.stderr


def test_a_finding_names_runs_of_pieces_shortly() -> None:
    finding = Finding(
        code=FindingCode.PIECE_DIFFERS,
        severity=Severity.ERROR,
        path="p",
        detail="d",
        pieces=(0, 1, 2, 7, 9, 10),
    )
    with click.testing.CliRunner().isolation() as (_, err, _both):
        Output("text").finding(finding)
    assert "(pieces 0-2, 7, 9-10)" in err.getvalue().decode()


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("arguments", [("holdings",), ("status",), ("--help",)], ids=lambda one: one[0])
def test_a_closed_pipe_ends_quietly_but_never_as_if_all_were_well(
    ingested: Path, arguments: tuple[str, ...], form: str
) -> None:
    options = () if arguments == ("--help",) else ("--archive", str(ingested), "--format", form)
    reading, writing = os.pipe()
    os.close(reading)
    code = "from longplay.cli.main import main\nmain()"
    command = [sys.executable, "-c", code, *arguments, *options]
    try:
        ran = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    finally:
        os.close(writing)
    assert ran.stderr == ""
    assert ran.returncode == ExitCode.UNEXPECTED


@given(size=st.integers(0, 10**18))
def test_a_size_for_people_is_right_to_three_digits(size: int) -> None:
    number, unit = size_text(size).split()
    factor = 1000 ** ["B", "kB", "MB", "GB", "TB", "PB"].index(unit)
    assert abs(float(number) * factor - size) <= 0.051 * factor


@given(milliseconds=st.integers(0, 10**9))
def test_a_playing_time_is_minutes_and_seconds(milliseconds: int) -> None:
    minutes, seconds = duration_text(milliseconds).split(":")
    assert 60 * int(minutes) + int(seconds) == milliseconds // 1000
    assert len(seconds) == 2
