"""The shared recordings: every pair that is one recording is found, and no other."""

import csv
import itertools
from pathlib import Path

import pytest

from longplay.audio.blocks import Block, Consumer
from longplay.audio.decode import Form, Unfit, decode
from longplay.audio.downmix import Downmixer
from longplay.audio.fingerprint import fingerprint
from longplay.audio.pcm import PcmDigest
from longplay.curation.candidates import CandidateIndex
from longplay.curation.comparison import Sample, compare
from longplay.curation.grouping import group
from longplay.model.digests import ContentId
from longplay.model.recordings import Manifestation, PairJudgement, PairVerdict
from longplay.model.units import duration

UNRELATED = "flactb:samepcm"
"""The manifest says of these four files that they are one recording, but they are not: the largest normalised
cross-correlation of the samples of two of them, at any offset, is 0.16."""


class Mixer:
    def __init__(self) -> None:
        self.downmixer = Downmixer()

    def take(self, block: Block) -> None:
        self.downmixer.push(block.frame)


def measured(path: Path, content_id: ContentId) -> Sample:
    mixer = Mixer()
    digests: list[PcmDigest] = []

    def audience(form: Form) -> list[Consumer]:
        if form.bit_depth is not None and not form.is_floating:
            digests.append(PcmDigest(form.bit_depth))
        return [mixer, *digests]

    decoded = decode(path, audience)
    assert not isinstance(decoded, Unfit)
    return Sample(
        content_id=content_id,
        fingerprint=fingerprint(mixer.downmixer.finish()),
        length=duration(decoded.facts.samples, decoded.facts.rate),
        pcm_md5=digests[0].hexdigest() if digests else None,
    )


@pytest.fixture(scope="module")
def manifest(real: Path) -> dict[ContentId, dict[str, str]]:
    """The rows about recordings, by content id."""
    with (real / "MANIFEST.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["path"].startswith("recordings/")]
    return {ContentId(row["sha256"]): row for row in rows}


@pytest.fixture(scope="module")
def samples(real: Path, manifest: dict[ContentId, dict[str, str]]) -> dict[ContentId, Sample]:
    return {one: measured(real / row["path"], one) for one, row in manifest.items()}


@pytest.fixture(scope="module")
def judgements(
    samples: dict[ContentId, Sample], tmp_path_factory: pytest.TempPathFactory
) -> list[PairJudgement]:
    """Of every pair that the index or equal samples propose."""
    index = CandidateIndex(tmp_path_factory.mktemp("index"))
    index.add(samples.values())
    pairs = {
        (min(one, other), max(one, other))
        for one, sample in samples.items()
        for other, _ in index.query(sample.fingerprint)
        if one != other
    }
    exact = sorted((sample.pcm_md5, one) for one, sample in samples.items() if sample.pcm_md5)
    pairs |= {(a[1], b[1]) for a, b in itertools.pairwise(exact) if a[0] == b[0]}
    return [compare(samples[a], samples[b]) for a, b in sorted(pairs)]


def test_every_linked_group_is_found_and_nothing_else(
    manifest: dict[ContentId, dict[str, str]], judgements: list[PairJudgement]
) -> None:
    held = [
        Manifestation(content_id=one, is_lossless=False, is_whole=True, bit_rate=1, held_order=order)
        for order, one in enumerate(manifest)
    ]
    found = group(held, judgements, [])
    groups: dict[str, set[str]] = {}
    for row in manifest.values():
        name = row["path"] if row["group"] == UNRELATED else row["group"]
        groups.setdefault(name, set()).add(row["path"])
    assert {
        frozenset(manifest[one.content_id]["path"] for one in recording.manifestations)
        for recording in found.recordings
    } == {frozenset(paths) for paths in groups.values()}
    assert sum(len(paths) > 1 for paths in groups.values()) == 16
    assert found.conflicts == ()


def test_few_pairs_are_left_to_a_person(
    manifest: dict[ContentId, dict[str, str]], judgements: list[PairJudgement]
) -> None:
    doubtful = [one.pair for one in judgements if one.verdict is PairVerdict.REVIEW]
    titles = {frozenset(manifest[content_id]["title"] for content_id in pair) for pair in doubtful}
    assert titles == {frozenset({"Victory", "Fanfare"})}, "the one begins as the other"
