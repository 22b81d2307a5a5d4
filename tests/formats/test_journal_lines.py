"""Journal lines: every fact comes back, and no byte of a line can change unnoticed."""

import json
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longplay.errors import MalformedInput
from longplay.formats.journal import LINE_LIMIT, NO_LINE, decode_event, encode_event, line_hash
from longplay.model.events import AccessionClosed, Agent, Event, Fact, event_outcome, event_type
from strategies import DIGESTS_HEX

KINDS = get_args(Fact)


def events_of(facts: st.SearchStrategy[Fact]) -> st.SearchStrategy[Event]:
    return st.builds(Event, seq=st.integers(1, 2**53), prev=DIGESTS_HEX, fact=facts)


EVENTS = st.sampled_from(KINDS).flatmap(lambda kind: events_of(st.from_type(kind)))

PLAIN = Event(
    writer="w1",
    seq=1,
    prev=NO_LINE,
    at="2026-11-24T03:03:31.000Z",
    agent=Agent(name="longplay", version="0.1.0"),
    fact=AccessionClosed(accession="a1"),
)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@settings(max_examples=40)
@given(data=st.data())
def test_every_kind_of_fact_comes_back(kind: type[Fact], data: st.DataObject) -> None:
    event = data.draw(events_of(st.from_type(kind)))
    assert decode_event(encode_event(event)) == event


@given(EVENTS)
def test_a_line_is_one_line_and_written_the_same_again(event: Event) -> None:
    line = encode_event(event)
    assert b"\n" not in line
    assert encode_event(decode_event(line)) == line


@given(EVENTS)
def test_a_line_names_its_premis_type_and_outcome(event: Event) -> None:
    told = json.loads(encode_event(event))
    assert (told["type"], told["outcome"]) == (event_type(event.fact).value, event_outcome(event.fact).value)


@given(EVENTS, st.data())
def test_a_changed_byte_changes_the_hash(event: Event, data: st.DataObject) -> None:
    line = bytearray(encode_event(event))
    at = data.draw(st.integers(0, len(line) - 1))
    before = line_hash(bytes(line))
    line[at] ^= data.draw(st.integers(1, 255))
    assert line_hash(bytes(line)) != before


def test_a_plain_line_is_spelled_as_the_format_says() -> None:
    assert encode_event(PLAIN) == (
        b'{"v":1,"writer":"w1","seq":1,"prev":"' + b"0" * 64 + b'","at":"2026-11-24T03:03:31.000Z",'
        b'"type":"ingestion end","outcome":"success","agent":{"name":"longplay","version":"0.1.0"},'
        b'"kind":"accession-closed","body":{"accession":"a1"}}'
    )


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (b'"v":1', b'"v":2', "version 2"),
        (b'"seq":1', b'"seq":0', "seq"),
        (b'"seq":1', b'"seq":"1"', "seq"),
        (b'"0000', b'"x000', "prev"),
        (b"accession-closed", b"accession-dreamt", "unknown kind 'accession-dreamt'"),
        (b'{"accession":"a1"}', b'{"accession":1}', "accession-closed"),
        (b'{"accession":"a1"}', b"{}", "accession-closed"),
        (b'{"accession":"a1"}', b"[" * 100_000 + b"]" * 100_000, "malformed journal line"),
        (b'"agent"', b'"agents"', "agent"),
        (b"}}", b"}", "malformed journal line"),
    ],
)
def test_a_line_of_another_form_is_malformed(before: bytes, after: bytes, reason: str) -> None:
    line = encode_event(PLAIN).replace(before, after)
    with pytest.raises(MalformedInput, match=reason):
        decode_event(line)


def test_a_line_beyond_the_limit_is_malformed() -> None:
    with pytest.raises(MalformedInput, match="longer than"):
        decode_event(encode_event(PLAIN) + b" " * LINE_LIMIT)
