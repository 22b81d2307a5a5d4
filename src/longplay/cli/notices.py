"""`longplay notices`: papers about a claim, kept on file apart from everything public."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from longplay.cli.options import archive_option, format_option
from longplay.cli.output import Output, printable
from longplay.errors import UsageError
from longplay.model.digests import ContentId
from longplay.model.withdrawal import NoticeKind

if TYPE_CHECKING:  # an archive is slow to import
    from longplay.curation.notices import Filed, Notices, OnFile
    from longplay.wiring import Archive

_RECEIVED = [one.value for one in NoticeKind if one is not NoticeKind.STATEMENT_OF_REASONS]


def _fields_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options with which the fields of a paper are given."""
    command = click.option(
        "--field",
        "fields",
        multiple=True,
        metavar="NAME=TEXT",
        help="One field of its form; see `longplay notices template`.",
    )(command)
    return click.option(
        "--from",
        "file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="A form that was filled in, TOML; --field outweighs it.",
    )(command)


@click.group(
    invoke_without_command=True,
    short_help="Keep notices, counter-notices, appeals and statements of reasons on file.",
)
@archive_option
@format_option
@click.pass_context
def command(context: click.Context, archive: Path, form: str) -> None:
    """Keep notices, counter-notices, appeals and statements of reasons on file.

    Without a verb it lists them. A paper is kept apart from everything public; the journal has no word of it.
    What the law asks for and a paper lacks is reported with the clause. Filing decides nothing: to act on a
    notice, see `longplay withdraw`.

    \b
    Examples:
      longplay notices template --kind dsa-notice > notice.toml
      longplay notices add --kind dsa-notice --about 3f1c09 --from notice.toml
      longplay withdraw 3f1c09 --reason rights-claim --by "Ada" --words "see the notice"
      longplay notices reasons 3f1c09
    """
    if context.invoked_subcommand is None:
        _list(archive, form)


@command.command("list", short_help="List what is on file.")
@archive_option
@format_option
def list_(archive: Path, form: str) -> None:
    """List what is on file, oldest first.

    \b
    Example:
      longplay notices list
    """
    _list(archive, form)


@command.command("template", short_help="Print an empty form, each field with its clause.")
@click.option("--kind", required=True, type=click.Choice([one.value for one in NoticeKind]), help="Which form.")
@format_option
def template(kind: str, form: str) -> None:
    """Print an empty form, each field with its clause.

    \b
    Example:
      longplay notices template --kind dmca-notice > notice.toml
    """
    from longplay.formats.notices import empty_form

    text = empty_form(NoticeKind(kind))
    out = Output(form)
    out.line("summary", {"kind": kind, "form": text})
    if not out.json:
        click.echo(text, nl=False)


@command.command("add", short_help="Put a paper that came in on file.")
@click.option("--kind", required=True, type=click.Choice(_RECEIVED), help="What sort.")
@click.option("--about", multiple=True, metavar="ID", help="A recording it is about, held or purged.")
@_fields_options
@archive_option
@format_option
def add(
    kind: str, about: tuple[str, ...], fields: tuple[str, ...], file: Path | None, archive: Path, form: str
) -> None:
    """Put a paper that came in on file, complete or not.

    \b
    Examples:
      longplay notices add --kind dsa-notice --about 3f1c09 --from notice.toml
      longplay notices add --kind dmca-notice --about 3f1c09 --field work="Low Tide" --field signature="/s/ E"
    """
    out = Output(form)
    said = _fields(fields, file)
    with _filing(archive) as (opened, notices):
        content_ids = _recordings(opened, about)
        with opened.writing() as register:
            _print_filed(out, notices.file(register, NoticeKind(kind), content_ids, said))
    if about:
        out.talk(f"Next, if it is well founded: longplay withdraw {about[0]} --reason rights-claim --by NAME")


@command.command("answer", short_help="Put a paper that answers another on file.")
@click.argument("notice", metavar="NOTICE")
@click.option(
    "--kind", required=True, type=click.Choice([one.value for one in NoticeKind]), help="What sort of answer."
)
@click.option("--about", multiple=True, metavar="ID", help="Only about this recording. Default: the same.")
@_fields_options
@archive_option
@format_option
def answer(
    notice: str,
    kind: str,
    about: tuple[str, ...],
    fields: tuple[str, ...],
    file: Path | None,
    archive: Path,
    form: str,
) -> None:
    """Put a paper that answers another on file: a counter-notice, an appeal, a statement of reasons.

    \b
    Example:
      longplay notices answer 5d2e --kind dmca-counter-notice --from counter.toml
    """
    out = Output(form)
    said = _fields(fields, file)
    with _filing(archive) as (opened, notices):
        content_ids = _recordings(opened, about)
        with opened.writing() as register:
            _print_filed(out, notices.file(register, NoticeKind(kind), content_ids, said, answers=notice))


@command.command("reasons", short_help="Write a statement of reasons, and put it on file.")
@click.argument("name", metavar="ID")
@_fields_options
@archive_option
@format_option
def reasons(name: str, fields: tuple[str, ...], file: Path | None, archive: Path, form: str) -> None:
    """Write a statement of reasons, and put it on file.

    ID is the notice that led to a withdrawal, or the recording that was withdrawn or purged. The text stands on
    standard output: read it before you send it. A field that you give takes the place of what would be written.

    \b
    Example:
      longplay notices reasons 5d2e --field redress="Write to appeals@example.org." > letter.txt
    """
    from longplay.curation.reasons import as_text

    out = Output(form)
    said = _fields(fields, file)
    with _filing(archive) as (opened, notices):
        is_notice = any(one.notice.id.startswith(name.lower()) for one in notices.list()) and name
        meant = name if is_notice else _recordings(opened, (name,))[0]
        with opened.writing() as register:
            filed = notices.reasons(register, meant, said)
        for finding in filed.findings:
            out.finding(finding)
        text = as_text(filed.paper)
        out.line("summary", _filed_fields(filed) | {"text": text})
        if not out.json:
            _print_text(text)
        out.talk(
            f"{'On file' if filed.is_new else 'On file already'} as notice {filed.id}. Read it, then send it."
        )


@command.command("show", short_help="Show a paper in full.")
@click.argument("notice", metavar="NOTICE")
@archive_option
@format_option
def show(notice: str, archive: Path, form: str) -> None:
    """Show a paper in full, personal data included.

    \b
    Example:
      longplay notices show 5d2e
    """
    from longplay.curation.reasons import as_text

    out = Output(form)
    with _filing(archive) as (_opened, notices):
        found = notices.get(notice)
    fields = _notice_fields(found) | {"fields": dict(found.paper.fields) if found.paper else None}
    out.line("paper", fields)
    out.line("summary", {"notices": 1})
    if not out.json:
        out.table("Notice", [(name, str(value)) for name, value in _notice_fields(found).items()])
        _print_text(as_text(found.paper) if found.paper else _absent(found))


@contextmanager
def _filing(archive: Path) -> "Iterator[tuple[Archive, Notices]]":
    """The archive, and its papers."""
    from longplay.curation.notices import Notices
    from longplay.wiring import new_id, open_archive

    with open_archive(archive) as opened:
        yield opened, Notices(ledger=opened.ledger, evidence=opened.evidence, new_id=new_id)


def _recordings(opened: "Archive", names: tuple[str, ...]) -> list[ContentId]:
    from longplay.cli.names import any_recording

    with opened.ledger.reading() as connection:
        return [any_recording(connection, name) for name in names]


def _fields(given: tuple[str, ...], file: Path | None) -> dict[str, str]:
    """The fields of a form and of options."""
    from longplay.formats.notices import SIZE_LIMIT, read_form

    fields: dict[str, str] = {}
    if file is not None:
        try:
            with file.open("rb") as source:
                fields = read_form(source.read(SIZE_LIMIT + 1))
        except OSError as exc:
            raise UsageError(f"{file}: {exc.strerror or exc}") from exc
    for one in given:
        name, equals, text = one.partition("=")
        if not equals:
            raise UsageError(f"--field {one!r}: write NAME=TEXT")
        fields[name.strip()] = text
    return fields


def _list(archive: Path, form: str) -> None:
    out = Output(form)
    with _filing(archive) as (_opened, notices):
        found = notices.list()
    for one in found:
        about = ", ".join(content_id[:12] for content_id in one.notice.about) or "(no recording)"
        answers = f"  answers {one.notice.answers[:8]}" if one.notice.answers else ""
        absent = "" if one.paper else f"  [{_absent(one)}]"
        text = f"{one.notice.id[:8]}  {one.notice.at[:10]}  {one.notice.kind.value}  {about}{answers}{absent}"
        out.line("notice", _notice_fields(one), text)
    out.line("summary", {"notices": len(found)})


def _notice_fields(found: "OnFile") -> dict[str, object]:
    return {
        "notice": found.notice.id,
        "kind": found.notice.kind.value,
        "filed_at": found.notice.at,
        "about": list(found.notice.about),
        "answers": found.notice.answers,
        "document": found.notice.document,
        "erased": found.is_erased,
    }


def _print_text(text: str) -> None:
    """A text of several lines, whose words may come from anybody."""
    for line in text.splitlines():
        click.echo(printable(line))


def _absent(found: "OnFile") -> str:
    return "erased by a purge" if found.is_erased else "missing or damaged: run `longplay audit`"


def _filed_fields(filed: "Filed") -> dict[str, object]:
    return {
        "notice": filed.id,
        "kind": filed.paper.kind.value,
        "about": list(filed.paper.about),
        "answers": filed.paper.answers,
        "new": filed.is_new,
        "missing": [finding.path for finding in filed.findings],
    }


def _print_filed(out: Output, filed: "Filed") -> None:
    for finding in filed.findings:
        out.finding(finding)
    state = "on file" if filed.is_new else "on file already, nothing was written"
    out.line("summary", _filed_fields(filed), f"notice {filed.id}: {state}")
