"""The figures of a snapshot as one HTML file that needs nothing else: no script, no network, no fonts.

Whatever comes from outside is escaped; a Content-Security-Policy forbids all but the one style sheet, by its
digest. The plots follow the reader's preference for light or dark by style alone, and are printed in light.

Source: HTML Living Standard; CSP level 3; WCAG 2.2.
"""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from longplay.catalogue.picture_theme import DARK, LIGHT, Theme, dark_rules
from longplay.catalogue.snapshot_tables import SnapshotTable
from longplay.catalogue.snapshots import SourceSeen
from longplay.catalogue.statistics.figures import Statistics
from longplay.catalogue.statistics.picture import inline_plots
from longplay.catalogue.statistics.tables import Table, tables
from longplay.catalogue.statistics.words import shown


def page(found: Statistics) -> bytes:
    """The whole file, UTF-8; the same figures give the same bytes."""
    return "\n".join(_page(found)).encode() + b"\n"


def _page(found: Statistics) -> Iterator[str]:
    told = tables(found)
    drawn = inline_plots(found)
    title = f"The catalogue, snapshot {found.snapshot.number}"
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="color-scheme" content="light dark">'
    yield f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>"
    yield from _header(found, title)
    yield from _contents(told)
    yield "<main>"
    for table in told:
        yield from _section(table, drawn.get(table.key))
    yield "</main>\n</body>\n</html>"


def _header(found: Statistics, title: str) -> Iterator[str]:
    facts = (
        ("recordings", found.rows(SnapshotTable.RECORDING)),
        ("releases", found.rows(SnapshotTable.RELEASE)),
        ("artists", found.rows(SnapshotTable.ARTIST)),
        ("listens", found.coverage.listens),
        ("listeners", found.coverage.listeners),
    )
    day = found.snapshot.as_of.isoformat()
    yield f'<header>\n<h1>{escape(title)}</h1>\n<p>As of <time datetime="{day}">{day}</time>.</p>\n<dl>'
    yield from (f"<div><dt>{name}</dt><dd>{number:,}</dd></div>" for name, number in facts)
    yield "</dl>"
    yield (
        "<p>All shares of listens are shares of the sources’ listens. Their listeners chose the sources, and "
        "so themselves: a service whose users like jazz makes jazz popular.</p>"
    )
    yield from _html_table(_sources_table(found.snapshot.sources))
    yield "</header>"


def _sources_table(sources: Sequence[SourceSeen]) -> Table:
    return Table(
        key="used",
        title="Sources, as they are believed",
        notes=(),
        heads=("source", "as of", "licence of the data"),
        rows=tuple(
            (shown(one.name), str(one.as_of or "the archive’s own"), _data_licences(one)) for one in sources
        ),
        lacking="No sources.",
    )


def _data_licences(source: SourceSeen) -> str:
    """Such as `CC0-1.0: artist, recording; not known: plays`."""
    by_licence: dict[str, list[str]] = {}
    for table, licences in source.licences.items():
        for licence in licences:
            by_licence.setdefault(licence, []).append(table)
    parts = [
        f"{shown(licence) if licence else 'not known'}: {', '.join(map(shown, sorted(names)))}"
        for licence, names in sorted(by_licence.items(), key=lambda pair: (not pair[0], pair[0]))
    ]
    return "; ".join(parts) or "not known"


def _contents(told: Sequence[Table]) -> Iterator[str]:
    yield '<nav aria-label="Plots"><ul>'
    yield from (f'<li><a href="#{table.key}">{escape(table.title)}</a></li>' for table in told)
    yield "</ul></nav>"


def _section(table: Table, plot: str | None) -> Iterator[str]:
    yield f'<section aria-labelledby="{table.key}">\n<h2 id="{table.key}">{escape(table.title)}</h2>'
    if not table.rows:
        yield f"<p>{_with_code(table.lacking)}</p>\n</section>"
        return
    yield "<figure>"
    if plot is not None:
        yield plot
    notes = "".join(f"<p>{escape(note)}</p>" for note in (*table.notes, *table.drawn))
    yield f"<figcaption>{notes}</figcaption>\n</figure>"
    yield "<details><summary>The numbers</summary>"
    yield from _html_table(table)
    yield "</details>\n</section>"


def _with_code(text: str) -> str:
    """Escaped, with what stands between backticks as code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if place % 2 else part for place, part in enumerate(parts))


def _html_table(table: Table) -> Iterator[str]:
    name = escape(table.title)
    kind = "words" if table.key == "used" else "numbers"
    yield f'<div class="scroll" role="region" aria-label="{name}: table" tabindex="0">'
    yield f'<table class="{kind}">\n<caption>{name}</caption>'
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in table.heads)
    yield f"<thead><tr>{heads}</tr></thead>\n<tbody>"
    yield from map(_row, table.rows)
    yield "</tbody>"
    if table.total is not None:
        yield f"<tfoot>{_row(table.total)}</tfoot>"
    yield "</table></div>"


def _row(cells: Sequence[str]) -> str:
    first, *rest = cells
    tail = "".join(f"<td>{escape(cell)}</td>" for cell in rest)
    return f'<tr><th scope="row"><bdi>{escape(first)}</bdi></th>{tail}</tr>'


def _variables(theme: Theme) -> str:
    return (
        f"--paper:{theme.paper};--ink:{theme.ink};--muted:{theme.muted};--grid:{theme.grid};--main:{theme.main}"
    )


_STYLE: Final = (
    f":root{{color-scheme:light dark;{_variables(LIGHT)}}}"
    f"@media screen and (prefers-color-scheme:dark){{:root{{{_variables(DARK)}}}}}"
    + dark_rules("svg")
    + """
*{box-sizing:border-box}
body{margin:0 auto;max-width:76rem;padding:.75rem;background:var(--paper);color:var(--ink);
font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.7rem;line-height:1.2;margin:.5rem 0}
h2{font-size:1.2rem;line-height:1.3;margin:0 0 .75rem}
p{margin:0 0 .5rem;max-width:44rem}
a{color:var(--main)}
code{font-size:.95em;background:var(--grid);padding:.1em .3em;border-radius:3px}
dl{display:flex;flex-wrap:wrap;gap:.5rem 2rem;margin:1rem 0}
dt{color:var(--muted);font-size:.9rem}
dd{margin:0;font-size:1.35rem;font-variant-numeric:tabular-nums}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;padding:0;margin:1rem 0 1.5rem}
main{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,30rem),1fr));
gap:2rem 2.5rem;align-items:start}
section{min-width:0;border-top:1px solid var(--grid);padding-top:1rem}
figure{margin:0}
svg{display:block;width:100%;max-width:36rem;height:auto;margin-bottom:.75rem}
svg text{font-family:Arial,Helvetica,'Liberation Sans',sans-serif}
figcaption{color:var(--muted);font-size:.92rem}
figcaption p{margin:0 0 .25rem}
summary{cursor:pointer;color:var(--main);padding:.4rem 0}
.scroll{overflow:auto}
details .scroll{max-height:30rem}
.scroll:focus-visible,a:focus-visible,summary:focus-visible{outline:2px solid var(--main);outline-offset:2px}
table{border-collapse:collapse;font-size:.92rem;font-variant-numeric:tabular-nums;overflow-wrap:normal}
caption{text-align:left;color:var(--muted);padding:.25rem 0}
th,td{padding:.2rem .75rem .2rem 0;border-bottom:1px solid var(--grid);vertical-align:top;text-align:left}
.numbers td,.numbers th[scope=col]+th{text-align:right;white-space:nowrap}
tbody th{font-weight:400;min-width:6rem;max-width:24rem;overflow-wrap:break-word}
.words tbody th{min-width:8rem}
.words td:nth-child(2){white-space:nowrap}
tfoot th,tfoot td{font-weight:600}
@media print{nav,summary{display:none}details::details-content{content-visibility:visible}
details .scroll{max-height:none}.scroll{overflow:visible}body{max-width:none;font-size:10pt}
main{display:block}h2,caption{break-after:avoid}tfoot{display:table-row-group}section{margin-bottom:1.5rem}figure,tr{break-inside:avoid}svg{max-width:13cm}}
"""
)
