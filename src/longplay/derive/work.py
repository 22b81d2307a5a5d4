"""What a worker process does with one blob: read it once, decode it once, measure it and make its copies."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from longplay.audio.blocks import Consumer
from longplay.audio.decode import Form, Unfit
from longplay.audio.measure import Measured, measure
from longplay.audio.structure import StructureWatch
from longplay.derive.copying import Copying, CopyMade, copy_path, drop_copies
from longplay.model.audio import Tags
from longplay.model.digests import ContentId
from longplay.model.findings import Finding, FindingCode, Severity
from longplay.store.staging import digest_stream


@dataclass(frozen=True, slots=True, kw_only=True)
class DeriveTask:
    """One recording.

    Attributes:
        content_id: what it is.
        blob: where its bytes lie.
        link: a name to read it by, with the suffix it was met with, in the staging area; must not exist.
        tags: to carry over into copies.
        bit_rates: copies to make, bits a second.
        true_peak: measure the true peak too.
    """

    content_id: ContentId
    blob: Path
    link: Path
    tags: Tags
    bit_rates: tuple[int, ...]
    true_peak: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeriveResult:
    """What came of it.

    Attributes:
        measured: what was measured.
        copies: what was made, in the staging area.
    """

    measured: Measured
    copies: tuple[CopyMade, ...]


def derive(task: DeriveTask) -> DeriveResult | Finding:
    """Measure a blob and make copies of it; a finding when its bytes are not what they should be.

    Raises:
        StorageError: the store's own disk failed.
    """
    task.link.symlink_to(task.blob)
    try:
        return _derive(task)
    except OSError as exc:
        drop_copies(task.link)
        return _error(task, FindingCode.UNREADABLE, f"the blob could not be read: {exc.strerror or exc}")
    finally:
        task.link.unlink(missing_ok=True)


def _derive(task: DeriveTask) -> DeriveResult | Finding:
    watch = StructureWatch(task.link.name)
    with task.blob.open("rb", buffering=0) as blob:
        digests = digest_stream(blob, watch.update)
    if digests.content_id != task.content_id:
        detail = (
            f"its bytes have SHA-256 {digests.content_id}: nothing is derived from it; run `longplay audit`"
        )
        return _error(task, FindingCode.DIGEST_DIFFERS, detail)
    copying = Copying({rate: copy_path(task.link, rate) for rate in task.bit_rates})

    def also(_form: Form) -> Sequence[Consumer]:
        return copying.writers

    measured = measure(task.link, watch.finish(), true_peak=task.true_peak, also=also)
    if isinstance(measured, Unfit):
        copying.discard()
        return _error(task, measured.code, measured.detail)
    loudness = measured.measurement.loudness.integrated_lufs
    return DeriveResult(measured=measured, copies=copying.finish(task.tags, loudness))


def _error(task: DeriveTask, code: FindingCode, detail: str) -> Finding:
    return Finding(code=code, severity=Severity.ERROR, path=task.content_id, detail=detail)
