"""Facts on which a term of protection depends, and what follows from them.

Two tests, each with facts of its own: the recording, and the musical work. What is not known is `None`; nothing
is guessed from a date in a tag.

Source: docs/reference/terms-of-protection.md.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingFacts:
    """What is known of a recording's making and publication. Years are of the Common Era.

    Attributes:
        fixed_year: when the sounds were first fixed.
        is_published: whether copies were ever lawfully published; `None` when that is not known.
        published_year: of first lawful publication.
        published_on: its day where known (the United States ask for it in 1972).
        communicated_year: of first lawful communication to the public, such as a broadcast.
        is_for_hire: whether it is a work made for hire (United States, from 15 February 1972).
    """

    fixed_year: int | None = None
    is_published: bool | None = None
    published_year: int | None = None
    published_on: date | None = None
    communicated_year: int | None = None
    is_for_hire: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkFacts:
    """What is known of the musical work, words included.

    Attributes:
        published_year: of first publication.
        last_death_year: of the last of composer and lyricist (and arranger, translator) to die; known only when
            every one of them is known to be dead.
    """

    published_year: int | None = None
    last_death_year: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """How long something is protected in one place.

    Attributes:
        rule: stable name of the rule that decided.
        citation: where that rule stands.
        free_from: first day without protection; `date.min` when it is not protected at all; `None` exactly when
            `missing` is set.
        missing: the fact without which the term is not known.
    """

    rule: str
    citation: str
    free_from: date | None = None
    missing: str | None = None
