"""Archives as Python, GNU and PAX write them come out as they went in; damaged and hostile ones are refused."""

from __future__ import annotations

import gzip
import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.datastore import TooLarge, Unreadable, tar

FORMATS = [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]
PARTS = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=40)
PATHS = st.lists(PARTS.filter(lambda part: part.isprintable()), min_size=1, max_size=6).map("/".join)
SMALL = tar.Limits(unpacked=100_000, members=20, file=10_000, kept=20_000)


def packed(
    members: dict[str, bytes], kind: int = tarfile.PAX_FORMAT, odd: tarfile.TarInfo | None = None, plain: bool = False
) -> bytes:
    """An archive of these files, and of one member that is set up by hand; always the same bytes."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=kind) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        if odd:
            archive.addfile(odd)
    return buffer.getvalue() if plain else gzip.compress(buffer.getvalue(), mtime=0)


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def everything(_path: str) -> bool:
    return True


@given(st.dictionaries(PATHS, st.binary(max_size=2000), max_size=8), st.sampled_from(FORMATS[1:]))
def test_what_went_in_comes_out(members: dict[str, bytes], kind: int) -> None:
    assert tar.files(packed(members, kind), everything) == members


@pytest.mark.parametrize("kind", FORMATS)
def test_long_names_and_plain_archives(kind: int) -> None:
    members = {f"{'folder/' * 20}file.py": b"x = 1\n", "./here.py": b""}
    found = tar.files(packed(members, kind, plain=True), everything)
    assert found == {f"{'folder/' * 20}file.py": b"x = 1\n", "here.py": b""}


def test_only_what_is_wanted_and_small_enough() -> None:
    members = {
        "a.py": b"a" * 9_000,
        "b.txt": b"b",
        "large.py": b"c" * 11_000,
        "d.py": b"d" * 9_000,
        "e.py": b"e" * 9_000,
    }
    assert list(tar.files(packed(members), lambda path: path.endswith(".py"), SMALL)) == ["a.py", "d.py"]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE])
def test_links_and_folders_hold_nothing(kind: bytes) -> None:
    archive = packed({"a.py": b"x"}, odd=special("b.py", kind, "/etc/passwd"))
    assert tar.files(archive, everything) in ({"a.py": b"x"}, {"a.py": b"x", "b.py": b""})


@pytest.mark.parametrize("kind", [tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.GNUTYPE_SPARSE, b"?"])
def test_devices_are_refused(kind: bytes) -> None:
    with pytest.raises(Unreadable, match="device"):
        tar.files(packed({}, odd=special("null", kind)), everything)


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../up.py", "a/../../b.py", "a//b.py", "a\\b.py", "a\nb.py", ".", "‮gpj.py"]
)
def test_paths_that_lead_out_are_refused(name: str) -> None:
    with pytest.raises(Unreadable, match="path"):
        tar.files(packed({name: b"x"}), everything)


@pytest.mark.parametrize(
    ("archive", "words"),
    [
        (packed({"a.py": b"\0" * 200_000}), "unpacks to more"),
        (gzip.compress(b"\0" * 50_000_000), "unpacks to more"),
        (packed({f"{n}.py": b"" for n in range(30)}), "more than 20 members"),
        (packed({"a" * 70_000: b""}), "header"),
        (packed({"a.py": b"x" * 5_000})[:-300], "damaged"),
        (packed({"a.py": b"x" * 5_000}, plain=True)[:3_000], "too early"),
        (b"", "too early"),
        (b"\x1f\x8b and nothing", "damaged"),
        (b"no archive " * 500, "damaged"),
    ],
    ids=["bomb", "zeros", "members", "header", "cut", "cut plain", "empty", "no gzip", "no tar"],
)
def test_bombs_and_damage_are_refused(archive: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        tar.files(archive, everything, SMALL)


def test_a_slow_archive_is_given_up() -> None:
    with pytest.raises(TooLarge, match="too long"):
        tar.files(packed({"a.py": b"x"}), everything, tar.Limits(seconds=-1))


def test_sizes_that_are_no_numbers() -> None:
    archive = bytearray(packed({"a.py": b"x"}, plain=True, kind=tarfile.GNU_FORMAT))
    for size in (b"-1\0", b"+7\0", b"0_7\0", b"9\0", b"\xff" * 12):
        archive[124 : 124 + len(size)] = size
        archive[148:156] = b"%06o\0 " % (sum(archive[:148]) + 8 * 32 + sum(archive[156:512]))
        with pytest.raises(Unreadable, match="size"):
            tar.files(bytes(archive), everything)
    archive[124:136] = b"\x80" + (2**70).to_bytes(11, "big")
    archive[148:156] = b"%06o\0 " % (sum(archive[:148]) + 8 * 32 + sum(archive[156:512]))
    with pytest.raises(Unreadable, match="too early"):
        tar.files(bytes(archive), everything)


@given(st.binary(max_size=3000))
def test_any_bytes_give_files_or_a_sentence(data: bytes) -> None:
    for archive in (data, gzip.compress(data)):
        try:
            found = tar.files(archive, everything, SMALL)
        except Unreadable as problem:
            assert str(problem).endswith(".")
        else:
            assert isinstance(found, dict)


@given(st.integers(0, 2047), st.binary(min_size=1, max_size=8))
def test_a_header_with_some_bytes_changed(at: int, change: bytes) -> None:
    archive = bytearray(packed({"folder/a.py": b"x" * 600}, plain=True, kind=tarfile.GNU_FORMAT))
    archive[at : at + len(change)] = change
    archive[148:156] = b"%06o\0 " % (sum(archive[:148]) + 8 * 32 + sum(archive[156:512]))
    try:
        tar.files(bytes(archive), everything, SMALL)
    except Unreadable as problem:
        assert str(problem).endswith(".")
