"""Lines of a stream, however it drips; overlong ones shortened."""

import io
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longplay.catalogue.sources import lines as module
from longplay.catalogue.sources.lines import line_blocks, lines


class Dripping(io.RawIOBase):
    """Gives some bytes at a time."""

    def __init__(self, data: bytes, step: int) -> None:
        super().__init__()
        self._rest = data
        self._step = step

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        part = self._rest[: min(self._step, len(view))]
        self._rest = self._rest[len(part) :]
        view[: len(part)] = part
        return len(part)


@given(
    st.lists(st.binary(max_size=30).map(lambda line: line.translate(None, b"\r\n"))),
    st.sampled_from([b"\n", b"\r\n"]),
    st.integers(1, 100),
)
def test_lines_are_those_of_the_text_without_the_empty_ones(texts: list[bytes], end: bytes, step: int) -> None:
    stream = io.BufferedReader(Dripping(end.join(texts), step))
    assert list(lines(stream, kind="test")) == [text for text in texts if text]


@given(st.lists(st.from_regex(rb"[^\r\n]{1,30}", fullmatch=True)), st.integers(1, 90))
def test_blocks_hold_all_lines_and_are_the_same_however_the_stream_drips(texts: list[bytes], step: int) -> None:
    """An import that was killed passes over as many blocks as it had read."""
    data = b"\n".join(texts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_CHUNK", 64)
        patch.setattr(module, "AT_ONCE", 4)
        blocks = list(line_blocks(io.BufferedReader(Dripping(data, step), 16), kind="test", size=20))
        assert list(line_blocks(io.BytesIO(data), kind="test", size=20)) == blocks
    assert [line for block in blocks for line in block] == texts
    assert all(len(block) <= 4 for block in blocks[:-1])


def test_a_block_is_given_before_it_is_large() -> None:
    """Each long line ends in a read of its own, which is small."""
    data = (b"x" * 3_000_000 + b"\n") * 8
    blocks = list(line_blocks(io.BytesIO(data), kind="test"))
    assert [len(block) for block in blocks] == [2, 2, 2, 2, 0]


def test_a_line_beyond_the_limit_comes_shortened_and_the_next_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LINE_LIMIT", 1_000)
    first, second = lines(io.BytesIO(b"x" * 5_000_000 + b"\nnext\n"), kind="test")
    assert (len(first), second) == (203, b"next")
