"""The same recording: what is found again, what is falsely merged, and what a query of the index costs.

Recordings are compared with variants of themselves made on the spot, with things made of them that are other
recordings (sung over, bleeped, continued otherwise), and each with all others. `--large` adds a million
synthetic fingerprints to the cost of the index, which takes minutes.
"""

import argparse
import csv
import itertools
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks import variants as made
from benchmarks.harness import Row, corpus, real_recordings, table
from benchmarks.singing import voice_over
from benchmarks.variants import RATE, Sound, frames_of, sample_of
from longplay.curation.candidates import CandidateIndex
from longplay.curation.comparison import Sample, compare, still
from longplay.model.recordings import PairVerdict
from longplay.model.units import Milliseconds

COUNT: Final = 12
LONG_S: Final = 30
TAKE_S: Final = 150
"""So many recordings of at least so many seconds are varied, of which so much is taken."""

LEVELS_DB: Final = (-9, -6, -3, 0, 3)
BEYOND: Final = "beyond the limit: "
FAINT_DB: Final = -9
PHRASES_S: Final = ((2.0, 8.0), (5.0, 4.0), (None, 1.0))
"""How loud the voice is against the band, and what is too faint to be noticed every time through a coder at
32 kbit/s; how long its phrases and rests are, `None`: to the end."""

LIMIT: Final = 20
SIZES: Final = (1_000, 10_000, 100_000)
LARGE: Final = 1_000_000
GOAL: Final = 86_000_000
QUERIES: Final = 200
SYNTHETIC: Final = 948


@dataclass(slots=True)
class Tally:
    """Verdicts on pairs of one kind, and how the index ranked the right recording."""

    verdicts: Counter[PairVerdict] = field(default_factory=Counter)
    ranks: list[int | None] = field(default_factory=list)

    def judge(self, one: Sample, other: Sample) -> None:
        """Compare a pair."""
        self.verdicts[compare(one, other).verdict] += 1

    @property
    def counts(self) -> str:
        """How many pairs got which verdict."""
        total = self.verdicts.total()
        return f"{total}: " + ", ".join(f"{self.verdicts[one]} {one}" for one in PairVerdict)

    @property
    def ranking(self) -> str:
        """How often the right one was first, and among the candidates."""
        if not self.ranks:
            return "-"
        among = [rank for rank in self.ranks if rank is not None]
        return f"first {among.count(0)}, in the top {LIMIT} {len(among)}, of {len(self.ranks)}"


def main() -> str:
    """Measure and return the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--count", type=int, default=COUNT)
    options, _ = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as temporary:
        scratch = Path(temporary)
        music, data = corpus(scratch)
        rows = [*_recordings(music, scratch, options.count), *_cost(scratch, large=options.large)]
    flag = " --large" if options.large else ""
    return table("The same recording", data, f"python -m benchmarks.same_recording{flag}", rows)


def _recordings(music: Path, scratch: Path, count: int) -> Iterator[Row]:
    files = {str(path.relative_to(music)): path for path in sorted(music.rglob("*")) if path.is_file()}
    samples = {name: made.sample_of_file(path, name) for name, path in files.items()}
    groups = _groups()
    index = CandidateIndex(scratch / "candidates")
    index.add(samples.values())
    yield from _linked(samples, groups, index)
    chosen = [name for name in _one_of_each(samples, groups) if _is_fit(samples[name])][:count]
    sounds = {name: made.load(files[name])[:, : TAKE_S * RATE] for name in chosen}
    originals = {name: sample_of(frames_of(sound), f"{name} itself") for name, sound in sounds.items()}
    alike, different = _vary(sounds, originals, samples, groups, index)
    for kind, tally in alike.items():
        yield Row(what=f"same: {kind}", figure=tally.counts, peer=tally.ranking)
    different["each recording with each other one"] = _all_pairs(samples, groups)
    counted = {kind: tally for kind, tally in different.items() if not kind.startswith(BEYOND)}
    for kind, tally in counted.items():
        yield Row(what=f"different: {kind}", figure=tally.counts, target="0 same")
    total = sum((tally.verdicts for tally in counted.values()), Counter[PairVerdict]())
    share = total[PairVerdict.REVIEW] / total.total()
    figure = f"{total.total()}: {total[PairVerdict.SAME]} same, {share:.2%} review"
    yield Row(what="different: all of these pairs", figure=figure, target="0 same")
    for kind in sorted(different.keys() - counted.keys()):
        yield Row(what=kind, figure=different[kind].counts)


def _groups() -> dict[str, str]:
    """The group of each shared recording; files of one group are said to be one recording."""
    music = real_recordings()
    if music is None:
        return {}
    with (music.parent / "MANIFEST.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["path"].startswith("recordings/")]
    return {row["path"].removeprefix("recordings/"): row["group"] for row in rows}


def _one_of_each(samples: dict[str, Sample], groups: dict[str, str]) -> Iterator[str]:
    """The first recording of each group, one from each folder in turn."""
    folders: dict[str, list[str]] = defaultdict(list)
    seen: set[str] = set()
    for name in samples:
        if groups.get(name, name) not in seen:
            seen.add(groups.get(name, name))
            folders[name.partition("/")[0]].append(name)
    for turn in itertools.zip_longest(*folders.values()):
        yield from (name for name in turn if name is not None)


def _is_fit(sample: Sample) -> bool:
    """Long enough, and not silent for most of it, as single tracks of a mix are."""
    return sample.length >= LONG_S * 1000 and float(still(sample.fingerprint).mean()) < 0.5


def _linked(samples: dict[str, Sample], groups: dict[str, str], index: CandidateIndex) -> Iterator[Row]:
    """The pairs that the manifest links, and where they are not found the same, which."""
    tally, missed = Tally(), Counter[str]()
    pairs = [(a, b) for a, b in itertools.combinations(groups, 2) if groups[a] == groups[b]]
    names = {sample.content_id: name for name, sample in samples.items()}
    for a, b in pairs:
        verdict = compare(samples[a], samples[b]).verdict
        tally.verdicts[verdict] += 1
        missed[groups[a]] += verdict is not PairVerdict.SAME
        found = [names[one] for one, _ in index.query(samples[a].fingerprint, LIMIT) if names[one] != a]
        tally.ranks.append(found.index(b) if b in found else None)
    if pairs:
        yield Row(what="pairs linked in the manifest", figure=tally.counts, peer=tally.ranking)
        all_found = len({groups[a] for a, _ in pairs}) - sum(count > 0 for count in missed.values())
        lost = ", ".join(f"{group} ({count} pairs)" for group, count in missed.items() if count)
        yield Row(what="groups found whole", figure=f"{all_found}", peer=f"not found: {lost or 'none'}")


def _vary(
    sounds: dict[str, Sound],
    originals: dict[str, Sample],
    samples: dict[str, Sample],
    groups: dict[str, str],
    index: CandidateIndex,
) -> tuple[dict[str, Tally], dict[str, Tally]]:
    """Tallies of what is the same and of what is not, by kind."""
    alike: dict[str, Tally] = defaultdict(Tally)
    different: dict[str, Tally] = defaultdict(Tally)
    group_of = {sample.content_id: groups.get(name, name) for name, sample in samples.items()}
    followers = dict(zip(sounds, [*list(sounds)[1:], *list(sounds)[:1]], strict=True))
    for name, sound in sounds.items():
        group, original = groups.get(name, name), originals[name]
        others = [sample for sample in samples.values() if group_of[sample.content_id] != group]
        coded = made.sample_of(made.CODINGS["Opus 32"].decoded(sound), f"{name} coded")
        for kind, variant in made.variants(sound, name):
            alike[kind].judge(original, variant)
            found = [group_of[one] == group for one, _ in index.query(variant.fingerprint, LIMIT)]
            alike[kind].ranks.append(found.index(True) if True in found else None)
            for other in others:
                different["each variant with each other recording"].judge(variant, other)
        for kind, other in _relatives(sound, sounds[followers[name]], name):
            different[kind].judge(original, other)
            different[kind].judge(coded, other)
    return alike, different


def _relatives(sound: Sound, other: Sound, name: str) -> Iterator[tuple[str, Sample]]:
    """Other recordings that share much with one."""
    length_s = sound.shape[1] / RATE
    for (phrase_s, rest_s), doubles in itertools.product(PHRASES_S, (False, True)):
        voice = voice_over(sound, phrase_s=phrase_s or length_s - 2, rest_s=rest_s, doubles=doubles)
        for level_db in LEVELS_DB:
            mix = frames_of(sound + voice * np.float32(10 ** (level_db / 20)))
            sample = sample_of(mix, f"{name} {level_db} {phrase_s} {doubles}")
            limit = BEYOND if level_db <= FAINT_DB else ""
            yield f"{limit}vocal at {level_db:+} dB and instrumental", sample
    for share in (0.5, 0.9):
        after_s = min(length_s * share, 60.0 if share < 0.6 else 110.0)
        kind = f"the same first {share:.0%} (at most {60 if share < 0.6 else 110} s), then another"
        yield kind, sample_of(frames_of(made.continued(sound, other, after_s=after_s)), f"{name} {share}")
    bleeped = made.bleeped(sound, seconds=0.5)
    yield "with bleeps of half a second", sample_of(frames_of(bleeped), f"{name} bleeped")
    muted = made.muted(sound, seconds=1.0)
    yield "with a second muted each half minute", sample_of(frames_of(muted), f"{name} muted")
    muted = made.muted(sound, seconds=0.25)
    kind = f"{BEYOND}with a quarter of a second muted each half minute"
    yield kind, sample_of(frames_of(muted), f"{name} hardly muted")


def _all_pairs(samples: dict[str, Sample], groups: dict[str, str]) -> Tally:
    tally = Tally()
    for a, b in itertools.combinations(samples, 2):
        if groups.get(a, a) != groups.get(b, b):
            tally.judge(samples[a], samples[b])
    return tally


def _cost(scratch: Path, *, large: bool) -> Iterator[Row]:
    """Time of a query as the index grows."""
    random = np.random.default_rng(5)
    index = CandidateIndex(scratch / "synthetic")
    asked = list(_synthetic(random, QUERIES))
    index.add(asked)
    noisy = [_noisy(sample.fingerprint, random) for sample in asked]
    sizes = (*SIZES, LARGE) if large else SIZES
    times: list[float] = []
    for size in sizes:
        began = time.perf_counter()
        index.add(_synthetic(random, size - len(index)))
        built_s = time.perf_counter() - began
        first, taken = _ask(index, asked, noisy)
        times.append(taken)
        stored = sum(path.stat().st_size for path in (scratch / "synthetic").iterdir())
        yield Row(
            what=f"query among {size:,} synthetic fingerprints, median",
            figure=f"{taken * 1000:.2f} ms, {index.segments} segments; {stored / size:.0f} bytes each",
            peer=f"right one first {first} of {QUERIES}; added in {built_s:.0f} s",
        )
    slope, at_one = np.polyfit(np.log(sizes), np.log(times), 1)
    goal = float(np.exp(at_one + slope * np.log(GOAL)))
    postings = index.postings / len(index) * GOAL
    yield Row(
        what="growth of the time of a query, fitted",
        figure=f"n^{slope:.2f}",
        peer=f"extrapolated, not measured, to {GOAL:,}: {goal * 1000:.0f} ms, "
        f"{postings / 1e9:.1f} G postings, {postings * 4 / 1e9:.0f} GB",
    )


def _ask(
    index: CandidateIndex, asked: Sequence[Sample], noisy: Iterable[NDArray[np.uint32]]
) -> tuple[int, float]:
    """How often the right one came first, and the median time of a query, seconds."""
    first, times = 0, []
    for sample, fingerprint in zip(asked, noisy, strict=True):
        began = time.perf_counter()
        found = index.query(fingerprint, LIMIT)
        times.append(time.perf_counter() - began)
        first += bool(found) and found[0][0] == sample.content_id
    return first, statistics.median(times)


def _synthetic(random: np.random.Generator, count: int) -> Iterator[Sample]:
    """Fingerprints whose bits are as uneven as those of music: each is what it mostly is in five of eight."""
    mostly = np.uint32(0b10111011_01001101_11001010_10110010)
    for _ in range(count):
        one, two, three = random.integers(0, 1 << 32, (3, SYNTHETIC), dtype=np.uint32)
        items = ~((one | (two & three)) ^ mostly)
        length = Milliseconds(180_000)
        name = made.content_id(random.bytes(16).hex())
        yield Sample(content_id=name, fingerprint=items, length=length, pcm_md5=None)


def _noisy(items: NDArray[np.uint32], random: np.random.Generator) -> NDArray[np.uint32]:
    """With one bit of 32 turned, as by coding."""
    masks = random.integers(0, 1 << 32, (5, len(items)), dtype=np.uint32)
    return items ^ np.bitwise_and.reduce(masks, axis=0)


if __name__ == "__main__":
    print(main())
