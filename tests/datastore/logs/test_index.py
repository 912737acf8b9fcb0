"""Lines are found in a text of any shape, however it was cut into chunks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dashboard.datastore.logs.index import BLOCK, NewlineIndex

texts = st.lists(
    st.one_of(
        st.binary(max_size=5),
        st.integers(1, 3 * BLOCK).map(lambda size: b"x" * size),
        st.integers(1, 3 * BLOCK).map(lambda size: b"\n" * size),
    ),
    max_size=8,
)


@given(texts, st.data())
def test_every_line_is_found(chunks: list[bytes], data: st.DataObject) -> None:
    text = b"".join(chunks)
    index = NewlineIndex()
    for chunk in chunks:
        index.add(chunk)
    assert index.size == len(text)
    assert index.newlines == text.count(b"\n")
    assert index.lines == index.newlines + (text[-1:] not in (b"", b"\n"))
    line = data.draw(st.integers(0, index.newlines))
    for back in (0, 1):
        at, skip = index.locate(line, back)
        for _newline in range(skip):
            at = text.index(b"\n", at) + 1
        assert text.count(b"\n", 0, at) == line
        assert at == 0 or text[at - 1 : at] == b"\n"


def test_a_last_line_without_an_end_counts() -> None:
    index = NewlineIndex()
    assert index.lines == 0
    index.add(b"one\ntwo")
    assert index.lines == 2
    index.add(b"\n")
    assert index.lines == 2
    index.add(b"")
    assert index.lines == 2


def test_newlines_cost_no_more_than_other_bytes() -> None:
    index = NewlineIndex()
    index.add(b"\n" * 20_000_000)
    assert index.weight < 3000
    assert index.locate(19_999_999)[1] <= BLOCK
