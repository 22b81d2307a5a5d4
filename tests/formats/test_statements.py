"""The id of a statement: the same for the same words, and for later versions with more fields."""

import hashlib
import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from longplay.formats.statements import statement_id
from longplay.model.rights import RightsBasis, RightsStatement, StatementSource, Strength

PLAIN = RightsStatement(
    basis=RightsBasis.LICENSE,
    licence="CC-BY-4.0",
    stated="CC BY 4.0 ü",
    evidence="tag LICENSE",
    source=StatementSource.TAG,
)


def test_the_id_is_made_as_the_format_page_says() -> None:
    by_hand = {
        "basis": "license",
        "evidence": "tag LICENSE",
        "licence": "CC-BY-4.0",
        "source": "tag",
        "stated": "CC BY 4.0 ü",
    }
    text = json.dumps(by_hand, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert statement_id(PLAIN) == hashlib.sha256(text.encode()).hexdigest()[:16]


@given(st.from_type(RightsStatement))
def test_what_differs_has_another_id(other: RightsStatement) -> None:
    assert (statement_id(other) == statement_id(PLAIN)) == (other == PLAIN)


def test_every_field_counts_when_it_is_not_what_it_is_by_default() -> None:
    assert statement_id(replace(PLAIN, strength=Strength.BLANKET)) != statement_id(PLAIN)
    assert statement_id(replace(PLAIN, missing="a version")) != statement_id(PLAIN)
