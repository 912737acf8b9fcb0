"""A datastore in S3 gives what Metaflow wrote; a slow, closed or failing one gives a sentence in time."""

from __future__ import annotations

import gzip
import hashlib
import json
import pickle
import threading
import time
from collections.abc import Iterator

import pytest

from dashboard.datastore import Datastore, Parameter, StoreOptions, TooLarge, Unreadable, open_store, parameters
from dashboard.datastore.gate import Gate
from dashboard.datastore.store import StoreRefused, StoreTimeout, StoreUnavailable
from tests.datastore.conftest import FLOW
from tests.datastore.s3 import ROOT, Server

FILE = ("F", "1", "s", "2", "0.task_stdout.log")
BODY = b"one\ntwo\nthree\n"


@pytest.fixture
def store(s3_server: Server) -> Iterator[Datastore]:
    """The datastore in S3, with a file in it."""
    s3_server.put("/".join(FILE), BODY)
    s3_server.put("/".join((*FILE[:-1], "0.task_stderr.log")), b"")
    s3_server.asked.clear()
    yield opened(s3_server)
    s3_server.heal()


def opened(server: Server, **options: float) -> Datastore:
    found = open_store("s3", ROOT, StoreOptions(s3_endpoint=server.url, **options))  # type: ignore[arg-type]
    assert found
    return found


def test_a_real_run(s3_server: Server, s3_run: str) -> None:
    store = opened(s3_server)
    found = {one.name: one for one in parameters(store, FLOW, s3_run, "0", {})}
    assert found["alpha"] == Parameter("alpha", "0.5", "parameter")
    assert found["LIMIT"] == Parameter("LIMIT", "42", "constant")
    tail = store.tail(FLOW, s3_run, "start", "1", 0, "runtime_stderr.log")
    assert tail
    assert tail.endswith(b"]ValueError: handled, carrying on\n")
    assert store.tail(FLOW, s3_run, "start", "1", 0, "runtime_stdout.log") == b""
    cards = store.entries(("mf.cards", FLOW, "runs", s3_run, "steps", "end", "tasks", "2", "cards"), 10)
    assert [card.name[-5:] for card in cards] == [".html"]
    assert cards[0].size > 1_000_000
    assert abs((cards[0].modified_at or 0) / 1000 - time.time()) < 3600


def test_ranges(store: Datastore) -> None:
    assert store.read_range(FILE, 4, 3) == b"two"
    assert store.read_range(FILE, 8, 100) == b"three\n"
    assert store.read_range(FILE, 0, 0) == b""
    assert store.read_range(FILE, len(BODY), 5) == b""
    assert store.read_range(FILE, 1000, 5) == b""
    assert store.read_range((*FILE[:-1], "0.task_stderr.log"), 0, 5) == b""
    assert store.tail("F", "1", "s", "2", 0, "task_stdout.log", 7) == b"three\n"


def test_what_is_not_there_is_none(store: Datastore) -> None:
    assert store.stat(("F", "1", "s", "2", "1.x")) is None
    assert store.stat(("F", "1", "s", "2")) is None
    assert store.read_range(("F", "1", "s", "3", "0.x"), 0, 10) is None
    assert store.read("F", "1", "s", "2", 0, "data.json") is None
    assert store.blob("F", "a" * 40) is None
    assert store.entries(("F", "2"), 10) == []


def test_files_are_bounded(store: Datastore, s3_server: Server) -> None:
    with pytest.raises(TooLarge):
        store.read("F", "1", "s", "2", 0, "task_stdout.log", 5)
    assert s3_server.asked[-1][2] == "bytes=0-5"
    entry = store.stat(FILE)
    assert entry
    assert (entry.name, entry.size) == (FILE[-1], len(BODY))
    names = [entry.name for entry in store.entries(FILE[:-1], 1)]
    assert names == ["0.task_stderr.log"]


@pytest.mark.parametrize("raw", [True, False])
def test_blobs_are_stored_as_their_metadata_says(store: Datastore, s3_server: Server, raw: bool) -> None:
    value = pickle.dumps("value")
    packed = value if raw else gzip.compress(value)
    sha = hashlib.sha1(packed).hexdigest()
    described = json.dumps({"cas_raw": raw, "cas_version": 1})
    s3_server.put(f"F/data/{sha[:2]}/{sha}", packed, **{"metaflow-user-attributes": described})
    assert store.blob("F", sha) == value
    s3_server.put(f"F/data/{sha[:2]}/{sha}", packed, **{"metaflow-user-attributes": "nonsense"})
    with pytest.raises(Unreadable, match="damaged"):
        store.blob("F", sha)


@pytest.mark.parametrize("name", ["..", "a/b", "0.x?versionId=1", "0.*", "", ".hidden", "a\nb"])
def test_no_name_can_be_more_than_a_name(store: Datastore, s3_server: Server, name: str) -> None:
    for path in ((*FILE[:-1], name), (name, *FILE[1:])):
        with pytest.raises(Unreadable, match=r"^A name in the path .*\.$"):
            store.read_range(path, 0, 10)
        with pytest.raises(Unreadable):
            store.stat(path)
        with pytest.raises(Unreadable):
            store.entries(path, 10)
    assert s3_server.asked == []


def test_a_store_that_does_not_answer_is_given_up(store: Datastore, s3_server: Server) -> None:
    s3_server.victim, s3_server.hold = "F/1", threading.Event()
    started = time.monotonic()
    with pytest.raises(StoreTimeout, match=r"^The datastore did not answer within 0\.5 s\.$"):
        opened(s3_server, timeout=0.5).read_range(FILE, 0, 10)
    assert time.monotonic() - started < 3


def test_those_who_wait_for_a_seat_are_given_up_too(store: Datastore, s3_server: Server) -> None:
    s3_server.victim, s3_server.hold = "F/1", threading.Event()
    slow = opened(s3_server, timeout=1.5, reads=1)
    problems: list[Unreadable] = []

    def read() -> None:
        try:
            slow.read_range(FILE, 0, 10)
        except Unreadable as problem:
            problems.append(problem)

    threads = [threading.Thread(target=read) for _ in range(3)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert time.monotonic() - started < 3, "the wait for a seat counts as time of the read"
    assert {type(problem) for problem in problems} == {StoreTimeout}
    assert len(problems) == 3


def test_no_turn_is_a_sentence() -> None:
    gate = Gate("s3://bucket", seats=1, timeout=0.05)
    with gate.seat() as left:
        assert 0 < left <= 0.05
        with pytest.raises(StoreTimeout, match=r"^Too many others read s3://bucket; no turn .*\.$"), gate.seat():
            pytest.fail("two on one seat")
    with gate.seat():
        pass


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (403, "AccessDenied", StoreRefused),
        (403, "InvalidAccessKeyId", StoreRefused),
        (400, "ExpiredToken", StoreRefused),
        (500, "InternalError", StoreUnavailable),
        (301, "PermanentRedirect", StoreUnavailable),
    ],
)
def test_an_answer_that_is_an_error_is_a_sentence(
    store: Datastore, s3_server: Server, status: int, code: str, expected: type[Unreadable]
) -> None:
    s3_server.victim, s3_server.status, s3_server.code = "F/1", status, code
    with pytest.raises(expected, match=r"^The datastore .*\.$") as raised:
        store.read_range(FILE, 0, 10)
    assert "secret" not in str(raised.value)
    assert "hunter2" not in str(raised.value)


def test_an_object_that_breaks_off_is_not_taken_for_whole(store: Datastore, s3_server: Server) -> None:
    s3_server.victim, s3_server.missing = "F/1", 3
    with pytest.raises((StoreUnavailable, StoreTimeout)):
        opened(s3_server, timeout=3).read_range(FILE, 0, 100)


def test_a_server_that_is_not_there(s3_server: Server) -> None:
    found = open_store("s3", ROOT, StoreOptions(s3_endpoint="http://127.0.0.1:9", timeout=5))
    assert found
    with pytest.raises((StoreUnavailable, StoreTimeout)):
        found.read_range(FILE, 0, 10)


def test_without_keys_the_store_refuses(s3_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", "/nowhere")
    found = open_store("s3", ROOT, StoreOptions(s3_endpoint=s3_server.url, timeout=4.5))
    assert found
    with pytest.raises(StoreRefused, match="does not let the dashboard in"):
        found.read_range(FILE, 0, 10)
