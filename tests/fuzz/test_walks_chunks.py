"""Any bytes, however cut, give facts to the walks over chunks, boxes and blocks, quickly, in little memory."""

import itertools
import struct
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from longplay.formats.walks.aiff import AiffWalk
from longplay.formats.walks.aiff import matches as is_aiff
from longplay.formats.walks.chunks import Walk
from longplay.formats.walks.flac_blocks import FlacWalk
from longplay.formats.walks.flac_blocks import matches as is_flac
from longplay.formats.walks.isobmff import IsobmffWalk
from longplay.formats.walks.isobmff import matches as is_mp4
from longplay.formats.walks.riff import RiffWalk
from longplay.formats.walks.riff import matches as is_wave
from longplay.model.findings import FindingCode
from longplay.model.technical import TechnicalFinding
from longplay.model.units import MIB
from walks import chunk, comm, encoded, fmt, form, riff, ssnd, walked


class Facts(Protocol):
    """What all facts have."""

    @property
    def findings(self) -> tuple[TechnicalFinding, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One walk, how its files begin, and files that it likes."""

    name: str
    walk: type[Walk[Any]]
    matches: Callable[[bytes], bool]
    begins: bytes
    valid: tuple[bytes, ...]


WAVES = (
    riff(
        chunk(b"bext", bytes(610)),
        fmt(),
        chunk(b"data", b"\1\2\3\4" * 20),
        chunk(b"cue ", struct.pack("<III4sIII", 1, 1, 0, b"data", 0, 0, 9)),
        chunk(b"LIST", b"adtl" + chunk(b"labl", b"\1\0\0\0solo\0") + chunk(b"ltxt", b"\1\0\0\0" + bytes(16))),
        chunk(b"iXML", b'<?xml version="1.0" encoding="UTF-8"?><a/>'),
    ),
    encoded("wav", "pcm_s16le", seconds=0.01, options={"rf64": "always"}),
    encoded("w64", "pcm_s16le", seconds=0.01),
)
MARKED = form(
    comm(samples=4), chunk(b"MARK", b"\0\1\0\1\0\0\0\2\5verse", order=">"), ssnd(b"\1\2\3\4" * 4), kind=b"AIFF"
)
MP4S = (
    encoded("ipod", "aac", seconds=0.1),
    encoded("mp4", "aac", seconds=0.2, options={"movflags": "frag_keyframe", "frag_duration": "50000"}),
    encoded("mov", "pcm_s16le", seconds=0.01),
)
KINDS = (
    Kind(name="WAVE", walk=RiffWalk, matches=is_wave, begins=b"RIFF\xff\xff\xff\xffWAVE", valid=WAVES),
    Kind(name="AIFF", walk=AiffWalk, matches=is_aiff, begins=b"FORM\xff\xff\xff\xffAIFC", valid=(MARKED,)),
    Kind(name="MP4", walk=IsobmffWalk, matches=is_mp4, begins=b"\0\0\0\x08ftyp", valid=MP4S),
    Kind(
        name="FLAC",
        walk=FlacWalk,
        matches=is_flac,
        begins=b"fLaC",
        valid=(encoded("flac", "flac", seconds=0.01),),
    ),
)

each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
calm = settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def gives_facts(kind: Kind, data: bytes, cuts: list[int]) -> None:
    kind.matches(data[:4096])
    found: Facts = walked(kind.walk, data, cuts)
    places = [list(FindingCode).index(finding.code) for finding in found.findings]
    assert places == sorted(set(places))
    assert all(finding.at is None or 0 <= finding.at <= len(data) for finding in found.findings)
    assert all(finding.detail.isprintable() for finding in found.findings)


CUTS = st.lists(st.integers(0, 2**16), max_size=4)


@each_kind
@calm
@given(data=st.binary(max_size=300), cuts=CUTS, begun=st.booleans())
@example(data=b"", cuts=[], begun=True)
@example(data=b"\xff" * 300, cuts=[], begun=True)
@example(data=bytes(300), cuts=[7], begun=True)
def test_any_bytes(kind: Kind, data: bytes, cuts: list[int], begun: bool) -> None:
    gives_facts(kind, kind.begins + data if begun else data, cuts)


@each_kind
@calm
@given(given_data=st.data(), cuts=CUTS)
def test_valid_bytes_with_some_of_them_changed(kind: Kind, given_data: st.DataObject, cuts: list[int]) -> None:
    data = bytearray(given_data.draw(st.sampled_from(kind.valid)))
    for _ in range(given_data.draw(st.integers(1, 4))):
        at = given_data.draw(st.integers(0, len(data)))
        until = at + given_data.draw(st.integers(0, 3))
        data[at:until] = given_data.draw(st.binary(max_size=3))
    gives_facts(kind, bytes(data), cuts)


@each_kind
@calm
@given(given_data=st.data(), cuts=CUTS)
def test_valid_bytes_cut_off_or_repeated(kind: Kind, given_data: st.DataObject, cuts: list[int]) -> None:
    data = given_data.draw(st.sampled_from(kind.valid))
    start, end = sorted(given_data.draw(st.tuples(*[st.integers(0, len(data))] * 2)))
    gives_facts(kind, data[:start], cuts)
    gives_facts(kind, data[:end] + data[start:], cuts)


HOSTILE = (b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\0", b"\0\0\0\1", b"\1\0\0\0", b"\0\0\xff\xff")


@each_kind
def test_every_number_of_a_file_may_lie(kind: Kind) -> None:
    for data in kind.valid:
        # what lies deep in the samples is passed over alike
        step = 1 if len(data) < 1_000 else 7
        for at, lie in itertools.product(range(0, len(data) - 4, step), HOSTILE):
            gives_facts(kind, data[:at] + lie + data[at + 4 :], [])


@each_kind
def test_no_lie_takes_memory_or_time(kind: Kind) -> None:
    for data in kind.valid:
        gives_facts(kind, data, [])  # what is imported late is imported now
    # a walk may gather its longest chunk, not more; here there is little to gather
    tracemalloc.start()
    begun = time.perf_counter()
    for data in kind.valid:
        for at in range(0, min(len(data), 1500) - 8, 5):
            walked(kind.walk, data[:at] + b"\xff" * 8 + data[at + 8 :])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < MIB
    assert time.perf_counter() - begun < 60


@each_kind
def test_the_bytes_that_were_changed_above_are_whole(kind: Kind) -> None:
    for data in kind.valid:
        assert kind.matches(data[:4096])
        found: Facts = walked(kind.walk, data)
        assert found.findings == ()
