"""Access copies made in the decode that measures: encoders beside the meters, and what came of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from longplay.audio.comments import as_comments
from longplay.audio.measure import tools
from longplay.audio.opus import OpusWriter, track_gain_q78
from longplay.model.audio import Tags
from longplay.model.digests import ContentId, FileDigests
from longplay.model.events import CopyDerived
from longplay.model.rights import Decision
from longplay.store.staging import digest_stream

ENCODING: Final = "opus"

BIT_RATES: Final = (96_000, 75_000)
"""What copies are offered at, bits a second: as good as transparent, and good for the long tail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyMade:
    """A copy in the staging area.

    Attributes:
        staged: where it lies.
        bit_rate: as asked of the encoder, bits a second.
        gain_q78: as written into its tags; `None` when the loudness is not known.
        digests: proof of its bytes.
    """

    staged: Path
    bit_rate: int
    gain_q78: int | None
    digests: FileDigests


class Copying:
    """The copies asked for of one recording."""

    def __init__(self, targets: Mapping[int, Path]) -> None:
        """Nothing is written before the first sample.

        Args:
            targets: new files by bit rate.
        """
        self.writers = [OpusWriter(path, bit_rate=rate) for rate, path in targets.items()]

    def finish(self, tags: Tags, integrated_lufs: float | None) -> tuple[CopyMade, ...]:
        """End the copies, carry the tags over and state the gain.

        Raises:
            StorageError: one could not be written.
        """
        comments = as_comments(tags)
        gain = None if integrated_lufs is None else track_gain_q78(integrated_lufs)
        made = []
        for writer in self.writers:
            writer.finish(comments, gain_q78=gain)
            with writer.path.open("rb", buffering=0) as copy:
                digests = digest_stream(copy)
            made.append(CopyMade(staged=writer.path, bit_rate=writer.bit_rate, gain_q78=gain, digests=digests))
        return tuple(made)

    def discard(self) -> None:
        """Remove what was written: the recording turned out not to be one."""
        for writer in self.writers:
            writer.discard()


def copy_path(staged: Path, bit_rate: int) -> Path:
    """Where the copy of a staged recording is written."""
    return staged.with_name(f"{staged.name}.{bit_rate}.opus")


def drop_copies(staged: Path) -> None:
    """Remove whatever copies of a staged recording there are; idempotent."""
    for rate in BIT_RATES:
        copy_path(staged, rate).unlink(missing_ok=True)


def copy_fact(source: ContentId, copy: CopyMade, decision: Decision) -> CopyDerived:
    """What the journal says of a copy."""
    return CopyDerived(
        source=source,
        digests=copy.digests,
        encoding=ENCODING,
        bit_rate=copy.bit_rate,
        gain_q78=copy.gain_q78,
        decision=decision,
        tools=tools(),
    )
