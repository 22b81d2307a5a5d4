"""Licences in prose: which words name which licence, and which name none."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longplay.formats.phrases import Mention, mentions

BOUND_S = 5


def only(text: str) -> Mention:
    (found,) = mentions(text)
    return found


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        ("CC BY 3.0", "CC-BY-3.0"),
        ("cc-by-sa-4.0", "CC-BY-SA-4.0"),
        ("CC-BY-SA-3.0-DE", "CC-BY-SA-3.0-DE"),
        ("CC BY NC ND 2.5", "CC-BY-NC-ND-2.5"),
        ("Creative Commons BY-NC 3.0", "CC-BY-NC-3.0"),
        ("Creative Commons license (BY-NC 3.0)", "CC-BY-NC-3.0"),
        ("Creative Commons Attribution 2.0 Generic", "CC-BY-2.0"),
        ("Creative Commons Attribution-ShareAlike 3.0 Unported", "CC-BY-SA-3.0"),
        ("Creative Commons Attribution Share-Alike v3.0", "CC-BY-SA-3.0"),
        ("Attribution-Noncommercial-No Derivative Works 2.0", "CC-BY-NC-ND-2.0"),
        ("Attribution-NoDerivs-NonCommercial 1.0", "CC-BY-NC-ND-1.0"),
        ("Attribution 3.0", "CC-BY-3.0"),
        ("License: Attribution 2.5", "CC-BY-2.5"),
        ("CC BY 3.0 US", "CC-BY-3.0-US"),
        ("CC BY-SA 2.0 UK: England & Wales", "CC-BY-SA-2.0-UK"),
        ("CC BY 3.0 Poland", "LicenseRef-CC-BY-3.0-PL"),
        ("Creative Commons Namensnennung 3.0 Deutschland", "CC-BY-3.0-DE"),
        (
            "Creative Commons Namensnennung-Weitergabe unter gleichen Bedingungen 3.0 Deutschland",
            "CC-BY-SA-3.0-DE",
        ),
        ("Creative Commons Namensnennung - Nicht-kommerziell 4.0 International", "CC-BY-NC-4.0"),
        (
            "Creative Commons Paternité - Pas d'Utilisation Commerciale 2.0 France",
            "LicenseRef-CC-BY-NC-2.0-FR",
        ),
        ("Creative Commons Reconocimiento-NoComercial-CompartirIgual 4.0", "CC-BY-NC-SA-4.0"),
        ("Creative Commons Erkännande-DelaLika 2.5", "CC-BY-SA-2.5"),
        ("http://creativecommons.org/licenses/by-nc-nd/3.0/legalcode.de", "CC-BY-NC-ND-3.0"),
        ("creativecommons.org/publicdomain/mark/1.0/", "CC-PDM-1.0"),
        ("Public Domain Mark 1.0", "CC-PDM-1.0"),
        ("CC0", "CC0-1.0"),
        ("CC0 1.0 Universal", "CC0-1.0"),
        ("Creative Commons Zero", "CC0-1.0"),
        ("GPLv2 or later", "GPL-2.0-or-later"),
        ("GPLv2+", "GPL-2.0-or-later"),
        ("GPL 3", "GPL-3.0-only"),
        ("GNU General Public License version 2 or any later version", "GPL-2.0-or-later"),
        ("GNU Lesser General Public License, version 2.1", "LGPL-2.1-only"),
        ("AGPLv3", "AGPL-3.0-only"),
        ("OGA-BY 3.0", "LicenseRef-OGA-BY-3.0"),
        ("http://opengameart.org/content/oga-by-30-faq", "LicenseRef-OGA-BY-3.0"),
        ("Free Art License 1.3", "LAL-1.3"),
        ("https://artlibre.org/licence/lal", "LAL-1.3"),
    ],
)
def test_a_licence_is_known_by_the_names_people_use(text: str, licence: str) -> None:
    found = only(text)
    assert (found.licence, found.missing, found.is_exact) == (licence, None, True)


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("CC-BY", "CC-BY"),
        ("cc-by-sa", "CC-BY-SA"),
        ("CC BY NC SA", "CC-BY-NC-SA"),
        ("a Creative Commons Attribution License", "CC-BY"),
        ("CC BY 3", "CC-BY"),
        ("CC BY 3.7", "CC-BY"),
        ("GPL", "GPL"),
        ("GNU GPL", "GPL"),
        ("GPL 2.1", "GPL"),
        ("LGPL", "LGPL"),
        ("Free Art License", "LAL"),
        ("under a Creative Commons license", "CC"),
    ],
)
def test_without_its_version_a_licence_is_only_a_family(text: str, family: str) -> None:
    found = only(text)
    assert (found.licence, found.family) == (None, family)
    assert found.missing


@pytest.mark.parametrize("text", ["Creative Comons", "Creativ Commons", "Attribtion-NonCommercial"])
def test_a_misspelt_licence_is_not_one(text: str) -> None:
    found = only(text)
    assert (found.licence, found.is_exact) == (None, False)
    assert found.missing


@pytest.mark.parametrize("code", ["InC", "InC-EDU", "NoC-US", "CNE", "UND"])
def test_a_statement_of_rightsstatements_org_permits_nothing_by_itself(code: str) -> None:
    found = only(f"http://rightsstatements.org/vocab/{code}/1.0/")
    assert found.licence is None
    assert code in (found.missing or "")


@pytest.mark.parametrize("text", ["public domain", "gemeinfrei", "domaine public", "dominio público"])
def test_public_domain_alone_names_no_licence(text: str) -> None:
    found = only(text)
    assert found.is_public_domain
    assert found.licence is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "attribution required",
        "see attribution 2.1 for more",
        "the GPLed and the sample",
        "accby 3.0",
        "by Attila, cc Bob",
        "http://creativecommons.org/",
        "creative people share",
        "Attribution — You must give appropriate credit",
    ],
)
def test_other_words_name_none(text: str) -> None:
    assert mentions(text) == []


def test_nc_and_nd_are_never_lost() -> None:
    for elements in ("NC", "ND", "SA", "NC-ND", "NC-SA"):
        for text in (f"CC BY-{elements} 3.0", f"cc_by_{elements}_3.0".lower(), f"CC-BY-{elements}-3.0"):
            assert only(text.replace("_3.0", " 3.0")).licence == f"CC-BY-{elements}-3.0"


def test_nd_and_sa_together_are_no_licence() -> None:
    assert only("CC BY-ND-SA 3.0").licence is None


WORDS = st.lists(
    st.sampled_from(
        ["creative commons ", "attribution", "-", " ", "non", "commercial", "3.0", "gpl", "v2", "+", "cc", "by",
         "nc", "\n", "or later", "public domain", "0", "http://creativecommons.org/licenses/by/3.0/", "(", "é"]
    ),
    max_size=30,
).map("".join)  # fmt: skip


@settings(max_examples=50)
@given(WORDS | st.text(max_size=100))
def test_what_is_found_lies_in_order_and_is_a_licence_or_lacks_something(text: str) -> None:
    end = 0
    for one in mentions(text):
        assert end <= one.start < one.end <= len(text)
        assert (one.licence is None) == bool(one.missing)
        end = one.end


@pytest.mark.parametrize(
    "unit",
    ["creative commons ", "attribution-non", "cc by ", "gpl ", "gpl v", "general public license ", "1.", " "],
)
def test_a_long_hostile_text_is_read_in_linear_time(unit: str) -> None:
    text = (unit * 200_000)[:200_000]
    started = time.process_time()
    mentions(text)
    assert time.process_time() - started < BOUND_S
