"""Every command the documentation shows is run, page by page, as CONTRIBUTING.md says."""

import re
import shlex
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FIRST = [ROOT / "README.md", ROOT / "docs" / "tutorial.md"]
GUIDES = sorted((ROOT / "docs" / "guides").glob("*.md"))
PAGES = [*FIRST, *(pytest.param(page, marks=pytest.mark.integration) for page in GUIDES)]
"""The guides take minutes together: they have a lane of their own."""
SEEDER = "127.0.0.1:6881"
LIMIT_S = 120

_BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
_EXIT = re.compile(r"\s+# exit (\d+)$")

_SET_UP = """
check() { if [ "$1" -ne "$2" ]; then echo "exit code $1, not $2: $3"; exit 99; fi; }
await() {
  for _ in $(seq 600); do [ -s "$1" ] && return; sleep 0.05; done
  echo "nothing was printed by: $2"; exit 99
}
trap 'kill $(jobs -p) 2> /dev/null; wait' EXIT
exec 2>&1
"""


@dataclass(frozen=True, kw_only=True)
class Command:
    """One command of a page; `code` is what it must end with."""

    text: str
    code: int = 0


def commands_of(page: str) -> list[Command]:
    """The commands in the `console` blocks of a page, in order."""
    found = []
    for block in _BLOCK.findall(page):
        for line in block.replace("\\\n", " ").splitlines():
            if line.startswith("$ "):
                stated = _EXIT.search(line)
                found.append(Command(text=_EXIT.sub("", line[2:]), code=int(stated[1]) if stated else 0))
    return found


def script_of(commands: list[Command]) -> str:
    """A bash script that runs them all and stops at the first that does not end as it should."""
    parts = [_SET_UP]
    for number, command in enumerate(commands):
        if not command.text.endswith(" &"):
            parts.append(f"{command.text}\ncheck $? {command.code} {shlex.quote(command.text)}")
        elif ">" in command.text:
            parts.append(command.text)
        else:
            out = f".background-{number}"
            parts.append(f"{command.text[:-2]} > {out} &\nawait {out} {shlex.quote(command.text)}")
    return "\n".join(parts)


def free_address() -> str:
    """An address on loopback where nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_of_a_page_run(page: Path, scratch: Path, environment: dict[str, str]) -> None:
    commands = commands_of(page.read_text(encoding="utf-8"))
    script = script_of(commands).replace(SEEDER, free_address())
    ran = subprocess.run(
        ["bash", "-c", script],
        cwd=scratch,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert commands
    assert ran.returncode == 0, ran.stdout[-4_000:]


def test_a_command_that_ends_otherwise_than_stated_is_noticed(scratch: Path) -> None:
    for text in ("```console\n$ false\n```\n", "```console\n$ true # exit 3\n```\n"):
        ran = subprocess.run(
            ["bash", "-c", script_of(commands_of(text))], cwd=scratch, stdout=subprocess.DEVNULL, check=False
        )
        assert ran.returncode == 99
