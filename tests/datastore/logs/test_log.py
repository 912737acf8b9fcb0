"""Logs that the real Metaflow wrote, on disk and in S3, and logs that nobody would write by chance."""

from __future__ import annotations

import threading
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from unittest import mock

import pytest

from dashboard.datastore import LocalStore, StoreOptions, Unreadable, open_store
from dashboard.datastore.logs import Found, Kind, Log, Stream, open_log, plain
from dashboard.datastore.logs import log as logs
from dashboard.datastore.store import Datastore, StoreTimeout
from tests.datastore.conftest import FLOW, TALKING, Tree
from tests.datastore.logs.official import mflog
from tests.datastore.s3 import ROOT, Server

TASK = ("F", "1", "s", "2")
Write = Callable[..., None]


def stamped(second: float, text: str, source: str = "task") -> bytes:
    at = datetime(2026, 11, 24, tzinfo=timezone.utc) + timedelta(seconds=second)
    return bytes(mflog.decorate(source, text, now=at, lineid=b"1")) + b"\n"


@pytest.fixture(params=["near", "far"])
def any_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Datastore, Write]]:
    """A store on disk or in S3, and what writes a file of the task F/1/s/2."""
    if request.param == "near":
        folder = tmp_path.joinpath(".metaflow", *TASK)
        folder.mkdir(parents=True)
        yield LocalStore(tmp_path / ".metaflow"), lambda name, body: (folder / name).write_bytes(body) and None
        return
    server: Server = request.getfixturevalue("s3_server")
    written: list[str] = []

    def write(name: str, body: bytes) -> None:
        written.append("/".join((*TASK, name)))
        server.put(written[-1], body)

    store = open_store("s3", ROOT, StoreOptions(s3_endpoint=server.url))
    assert store
    yield store, write
    for key in written:
        server.client.delete_object(Bucket="bucket", Key=f"metaflow/{key}")


def opened(store: Datastore, stream: Stream = "stdout", attempt: int = 0) -> Log:
    return open_log(store, *TASK, attempt, stream)


def total(log: Log) -> int | None:
    """The number of lines, looked at anew."""
    return log.total


# --- what Metaflow wrote


def test_a_real_log_that_is_hard_to_show(talking: Tree) -> None:
    log = open_log(talking.store, TALKING, talking.runs[""], "start", "1", 0, "stdout")
    assert log.is_complete
    assert total(log) is None
    first = log.lines(1, 6)
    assert [line.number for line in first] == [1, 2, 3, 4, 5, 6]
    assert [plain(line.text) for line in first if not line.is_cut] == [
        "grün \U0001f680 red and bold link",
        "100%",
        "junk \\x00\ufffd\ufffd",
        "line 5",
        "line 6",
    ]
    assert (first[3].size, first[3].is_cut, len(first[3].text)) == (1_000_000, True, 4000)
    assert {line.source for line in first} == {"runtime"}
    times = [line.time for line in first if line.time]
    assert times == sorted(times)
    assert abs(times[0] / 1000 - datetime.now(timezone.utc).timestamp()) < 3600
    assert log.count()
    assert total(log) == 5001
    assert [(line.number, line.text) for line in log.tail(2)] == [(5000, "line 5000"), (5001, "no line end")]
    assert [(line.number, line.text) for line in log.lines(2500, 1)] == [(2500, "line 2500")]
    assert log.lines(5002, 10) == []
    assert log.search("LINE 499").numbers == (499, *range(4990, 5000))
    assert log.search(r"^line 1\d{3}$", regex=True, limit=5).count == 1000
    assert log.search("junk").numbers == (3,)
    assert log.first_error() is None
    assert b"".join(log.text()).endswith(b"line 5000\nno line end")


def test_a_real_failure(talking: Tree) -> None:
    log = open_log(talking.store, TALKING, talking.runs[""], "start", "1", 0, "stderr")
    lines = log.tail(1000)
    at = log.first_error()
    assert at
    assert log.lines(at, 1)[0].text == "Traceback (most recent call last):"
    assert {Kind.LIBRARY, Kind.FRAME, Kind.RUNTIME, Kind.WARNING} <= {line.kind for line in lines}
    assert [line.text for line in lines if line.kind is Kind.FRAME][1].strip().startswith("raise ValueError")
    assert [line.text for line in lines if line.kind is Kind.ERROR][-1] == "ValueError: on the first attempt"
    assert lines[-1].text.endswith("Task failed.")


def test_both_streams_of_a_real_attempt(talking: Tree) -> None:
    where = (TALKING, talking.runs[""], "start", "1", 1)
    both = open_log(talking.store, *where, "both")
    assert both.count()
    single = [open_log(talking.store, *where, stream) for stream in ("stdout", "stderr")]
    assert all(log.count() for log in single)
    assert both.total == sum(log.total or 0 for log in single) == 5001
    assert both.size == sum(log.size for log in single)
    assert both.search("last words").count == 1
    assert len(b"".join(both.raw())) == both.size == both.spooled
    assert [log.spooled for log in single] == [0, 0]


def test_a_real_log_in_s3(s3_server: Server, s3_run: str) -> None:
    store = open_store("s3", ROOT, StoreOptions(s3_endpoint=s3_server.url))
    assert store
    log = open_log(store, FLOW, s3_run, "start", "1", 0, "stderr")
    assert log.is_complete
    s3_server.asked.clear()
    assert [line.text for line in log.tail(10)] == ["ValueError: handled, carrying on"]
    assert log.first_error() == 1
    assert total(log) == 1
    assert log.spooled == log.size
    assert len(s3_server.asked) == 2, "one range for the tail, one for the copy"
    assert open_log(store, FLOW, s3_run, "start", "1", 0, "stdout").tail(10) == []


# --- any store


def test_a_log_that_is_not_there_is_empty(any_store: tuple[Datastore, Write]) -> None:
    log = opened(any_store[0])
    assert (log.size, log.total, log.is_complete) == (0, 0, False)
    assert log.tail(10) == log.lines(1, 10) == []
    assert list(log.raw()) == []
    assert log.search("x").is_complete
    assert log.first_error() is None


def test_lines_tail_and_search_agree(any_store: tuple[Datastore, Write]) -> None:
    store, write = any_store
    write("0.task_stdout.log", b"".join(stamped(n / 10, f"line {n}") for n in range(1, 3001)))
    log = opened(store)
    assert [line.number for line in log.tail(3)] == [None] * 3
    assert [line.text for line in log.lines(2001, 3)] == ["line 2001", "line 2002", "line 2003"]
    assert log.count()
    assert total(log) == 3000
    assert [(line.number, line.text) for line in log.tail(2)] == [(2999, "line 2999"), (3000, "line 3000")]
    for first in (1, 2, 777, 2999, 3000):
        assert [line.number for line in log.lines(first, 5)] == list(range(first, min(3000, first + 4) + 1))
        assert log.lines(first, 1)[0].text == f"line {first}"
    assert log.search("line 29", first=2950).numbers == tuple(range(2950, 3000))
    assert log.search("line 1", first=2000).count == 0
    assert log.search("line", limit=2).numbers == (1, 2)


def test_the_parts_of_scheduler_and_task_are_one_log(any_store: tuple[Datastore, Write]) -> None:
    store, write = any_store
    write("0.task_stdout.log", stamped(2, "training") + b"continued\n" + stamped(9, "trained"))
    write("0.runtime_stdout.log", stamped(1, "pod pending", "runtime") + stamped(5, "pod seen", "runtime"))
    log = opened(store)
    expected = ["pod pending", "training", "continued", "pod seen", "trained"]
    assert [(line.number, line.text) for line in log.tail(5)] == [(None, text) for text in expected]
    assert [(line.number, line.text) for line in log.lines(1, 9)] == list(enumerate(expected, start=1))
    assert [line.kind is Kind.RUNTIME for line in log.lines(1, 9)] == [True, False, False, True, False]
    assert [line.time for line in log.lines(2, 2)] == [1_795_478_402_000, None]
    assert total(log) == 5
    assert [line.number for line in log.tail(2)] == [4, 5]
    assert b"".join(log.text()).decode().splitlines() == expected


def test_a_log_that_grows_keeps_its_numbers(any_store: tuple[Datastore, Write]) -> None:
    store, write = any_store
    text = stamped(1, "a") + stamped(2, "b")
    write("0.task_stdout.log", text)
    log = opened(store)
    assert not log.refresh()
    assert log.count()
    assert total(log) == 2
    text += stamped(3, "c") + b"half"
    write("0.task_stdout.log", text)
    assert log.refresh()
    assert total(log) is None
    assert [line.text for line in log.lines(2, 9)] == ["b", "c", "half"]
    assert total(log) == 4
    text += b" a line\n"
    write("0.task_stdout.log", text)
    assert log.refresh()
    assert [line.text for line in log.lines(3, 9)] == ["c", "half a line"]
    write("0.runtime_stdout.log", stamped(0, "scheduled", "runtime"))
    assert log.refresh()
    assert log.is_complete
    assert [line.text for line in log.lines(1, 9)] == ["scheduled", "a", "b", "c", "half a line"]


def test_two_streams_that_grow(any_store: tuple[Datastore, Write]) -> None:
    store, write = any_store
    out, err = stamped(1, "out 1") + stamped(4, "out 4"), stamped(2, "err 2") + b"half"
    write("0.task_stdout.log", out)
    write("0.task_stderr.log", err)
    log = opened(store, "both")
    assert [line.text for line in log.lines(1, 9)] == ["out 1", "err 2", "out 4"], "a line without an end waits"
    assert total(log) == 3
    write("0.task_stdout.log", out + stamped(5, "out 5"))
    write("0.task_stderr.log", err + b" a line\n" + stamped(3, "err 3"))
    assert log.refresh()
    assert [line.text for line in log.lines(1, 9)] == ["out 1", "err 2", "out 4", "half a line", "err 3", "out 5"]


@pytest.mark.parametrize("other", [b"x\n", b"another log of the same task\n" * 9])
def test_a_log_that_is_another_one_is_read_anew(any_store: tuple[Datastore, Write], other: bytes) -> None:
    store, write = any_store
    write("0.task_stdout.log", stamped(1, "a"))
    log = opened(store)
    assert log.count()
    write("0.task_stdout.log", other)
    assert log.refresh()
    assert log.lines(1, 1)[0].text == other.split(b"\n")[0].decode()


def test_a_log_that_becomes_shorter_while_it_is_read(any_store: tuple[Datastore, Write]) -> None:
    store, write = any_store
    write("0.task_stdout.log", b"x\n" * 1000)
    log = opened(store)
    write("0.task_stdout.log", b"x\n")
    for read in (lambda: log.tail(9), lambda: log.lines(1, 9), lambda: list(log.raw())):
        with pytest.raises(Unreadable, match="shorter"):
            read()


def test_old_logs_have_no_prefixes(any_store: tuple[Datastore, Write]) -> None:
    store, write = any_store
    write("0.stdout.log", b"one\ntwo\n")
    log = opened(store)
    assert log.is_complete
    assert [(line.time, line.source, line.text) for line in log.lines(1, 9)] == [
        (None, None, "one"),
        (None, None, "two"),
    ]


@pytest.mark.parametrize("name", ["0.runtime_stdout.log", "1.attempt.json"])
def test_what_ends_a_log(any_store: tuple[Datastore, Write], name: str) -> None:
    store, write = any_store
    write("0.task_stdout.log", b"x\n")
    write("0.DONE.lock", b"{}")
    assert not opened(store).is_complete, "a container may still send its last lines"
    with mock.patch.object(logs, "_now", return_value=9_999_999_999_999):
        assert opened(store).is_complete
    write(name, b"{}")
    assert opened(store).is_complete


def test_logs_beyond_the_limit_of_copies_are_read_where_they_are(
    any_store: tuple[Datastore, Write], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, write = any_store
    write("0.task_stdout.log", b"".join(stamped(n, f"task {n}") for n in range(500)))
    write("0.runtime_stdout.log", stamped(0, "runtime", "runtime"))
    monkeypatch.setattr(logs, "SPOOL_LIMIT", 1000)
    log = opened(store)
    assert [line.text for line in log.lines(1, 2)] == ["runtime", "task 0"]
    assert log.count()
    assert (log.total, log.spooled) == (501, 0)
    assert log.search("task 49").count == 11
    assert log.tail(1)[0].text == "task 499"


def test_counting_that_takes_too_long_goes_on_at_the_next_try(tmp_path: Path) -> None:
    folder = tmp_path.joinpath(".metaflow", *TASK)
    folder.mkdir(parents=True)
    (folder / "0.task_stdout.log").write_bytes(b"x" * 99 + b"\n" + b"line\n" * 1_000_000)
    log = opened(LocalStore(tmp_path / ".metaflow"))
    assert log.search("line", first=900_000, seconds=0) == Found((), 0, 0, False)
    tries = 0
    while True:
        tries += 1
        try:
            assert log.lines(1_000_001, 1, seconds=0)[0].text == "line"
            break
        except StoreTimeout as problem:
            assert str(problem).endswith("a new try goes on.")
    assert 3 <= tries <= 6
    assert log.count(seconds=0)


def test_a_window_of_very_long_lines_is_shorter(
    any_store: tuple[Datastore, Write], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, write = any_store
    write("0.task_stdout.log", b"".join(b"%d" % n * 1_500_000 + b"\n" for n in range(6)))
    monkeypatch.setattr(logs, "MOST_BYTES", 3_000_000)
    log = opened(store)
    seen: list[str] = []
    assert all(line.size == 1_500_000 for line in log.lines(1, 6))
    while found := log.lines(len(seen) + 1, 6):
        assert [line.number for line in found] == list(range(len(seen) + 1, len(seen) + 1 + len(found)))
        seen += [line.text[0] for line in found]
    assert seen == list("012345")


def test_many_threads_read_one_log(any_store: tuple[Datastore, Write]) -> None:
    store, write = any_store
    write("0.task_stdout.log", b"".join(stamped(n, f"out {n}") for n in range(0, 20_000, 2)))
    write("0.task_stderr.log", b"".join(stamped(n, f"err {n}") for n in range(1, 20_000, 2)))
    log = opened(store, "both")
    problems: list[BaseException] = []

    def read(number: int) -> None:
        try:
            expected = ("out", "err")[number % 2] + f" {number}"
            assert log.lines(number + 1, 1)[0].text == expected
            assert log.search(expected).count >= 1
            assert sum(map(len, log.raw())) == log.size
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=read, args=(number,)) for number in (0, 1, 777, 9_998, 19_999, 12_345)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert problems == []
    assert total(log) == 20_000


def test_a_log_that_was_closed_says_so(any_store: tuple[Datastore, Write]) -> None:
    store, write = any_store
    write("0.task_stdout.log", stamped(1, "a"))
    write("0.task_stderr.log", stamped(2, "b"))
    log = opened(store, "both")
    assert log.count()
    log.close()
    with pytest.raises(Unreadable, match="open it again"):
        log.lines(1, 1)


def test_a_full_disk_is_a_sentence(any_store: tuple[Datastore, Write]) -> None:
    store, write = any_store
    write("0.task_stdout.log", stamped(1, "a"))
    write("0.task_stderr.log", stamped(2, "b"))
    with mock.patch("dashboard.datastore.logs.spool.tempfile.TemporaryFile", Full):
        log = opened(store, "both")
    for _ in range(2):
        with pytest.raises(Unreadable, match="no room on its disk"):
            log.lines(1, 1)


class Full:
    """A file on a disk without room."""

    def __init__(self, **_options: object) -> None: ...

    def seek(self, _start: int) -> None: ...

    def write(self, _data: bytes) -> None:
        raise OSError(28, "No space left on device")

    def close(self) -> None: ...


def test_a_store_that_fails_in_between_loses_nothing(s3_server: Server) -> None:
    for name in ("out", "err"):
        body = b"".join(stamped(n, f"{name} {n}") for n in range(30_000))
        s3_server.put("/".join((*TASK, f"7.task_std{name}.log")), body)
    store = open_store("s3", ROOT, StoreOptions(s3_endpoint=s3_server.url, timeout=2))
    assert store
    log = opened(store, "both", attempt=7)
    assert [line.text for line in log.lines(1, 2)] == ["out 0", "err 0"]
    assert total(log) is None
    for fault in ({"status": 403, "code": "AccessDenied"}, {"missing": 1000}, {"hold": threading.Event()}):
        s3_server.victim = "7.task_stderr.log"
        for name, value in fault.items():
            setattr(s3_server, name, value)
        with pytest.raises(Unreadable, match=r"^The datastore .*\.$"):
            log.count()
        s3_server.heal()
    assert log.search("30000").is_complete
    assert total(log) == 60_000
    assert [line.text for line in log.tail(2)] == ["out 29999", "err 29999"]


@pytest.mark.parametrize("stream", ["stdin", "../stdout", ""])
def test_only_streams_have_logs(tmp_path: Path, stream: Stream) -> None:
    with pytest.raises(Unreadable):
        opened(LocalStore(tmp_path), stream)
    with pytest.raises(Unreadable):
        open_log(LocalStore(tmp_path), "..", "1", "s", "2", 0, "stdout")
    with pytest.raises(Unreadable):
        open_log(LocalStore(tmp_path), *TASK, -1, "stdout")


def test_a_large_log_never_enters_memory(tmp_path: Path) -> None:
    folder = tmp_path.joinpath(".metaflow", *TASK)
    folder.mkdir(parents=True)
    with (folder / "0.task_stdout.log").open("wb") as file:
        for _ in range(60):
            file.write(b"x" * 1_000_000 + b"\n" + b"short\n" * 100)
    log = opened(LocalStore(tmp_path / ".metaflow"))
    tracemalloc.start()
    assert log.tail(50)[-1].text == "short"
    assert log.count()
    assert total(log) == 60 * 101
    assert log.lines(3000, 1000)[0].number == 3000
    assert log.search("short").count == 6000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 40_000_000
    assert log.weight < 50_000
