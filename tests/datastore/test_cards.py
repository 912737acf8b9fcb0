"""Cards that the real Metaflow made are found and read; other files and damaged data are not taken for cards."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from dashboard.datastore import LocalStore, StoreOptions, TooLarge, Unreadable, open_store
from dashboard.datastore.cards import Card, card, card_data, card_html, cards
from tests.datastore.conftest import FLOW, TALKING, Tree
from tests.datastore.s3 import ROOT, Server

WHERE = ("F", "1", "s", "2")
NEW = "mf.cards/F/runs/1/steps/s/tasks/2"
OLD = "mf.cards/F/runs/1/tasks/2"


def test_cards_of_a_real_task(talking: Tree) -> None:
    found = cards(talking.store, TALKING, talking.runs[""], "start", "1")
    assert {(one.type, one.id) for one in found} == {("blank", "progress"), ("default", None)}
    assert all(len(one.hash) == 32 and one.size > 1_000_000 for one in found)
    assert all(abs((one.modified_at or 0) / 1000 - time.time()) < 3600 for one in found)
    assert [one.modified_at for one in found] == sorted(one.modified_at or 0 for one in found)
    final = next(one for one in reversed(found) if one.type == "default")
    assert final.has_data
    data = card_data(talking.store, final)
    assert data
    assert (data.is_final, data.data) == (True, {})
    assert abs((data.created_at or 0) / 1000 - time.time()) < 3600
    html = card_html(talking.store, final)
    assert html
    assert b'METAFLOW_RELOAD_TOKEN = "final"' in html
    assert len(html) == final.size


def test_a_real_card_that_could_not_be_made_says_so(talking: Tree) -> None:
    (found,) = cards(talking.store, TALKING, talking.runs[""], "end", "2")
    html = card_html(talking.store, found)
    assert html
    assert (found.type, found.has_data) == ("nonesuch", False)
    assert card_data(talking.store, found) is None


def test_real_cards_in_s3(s3_server: Server, s3_run: str) -> None:
    store = open_store("s3", ROOT, StoreOptions(s3_endpoint=s3_server.url))
    assert store
    (found,) = cards(store, FLOW, s3_run, "start", "1")
    assert (found.type, found.id, found.has_data) == ("default", None, True)
    html = card_html(store, found)
    assert html
    assert len(html) == found.size
    data = card_data(store, found)
    assert data
    assert data.is_final


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path)


def write(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)


def only(store: LocalStore) -> Card:
    (found,) = cards(store, *WHERE)
    return found


def test_no_cards(store: LocalStore) -> None:
    assert cards(store, *WHERE) == []
    assert card(store, *WHERE, "abc") is None


def test_cards_of_old_versions_lie_elsewhere(store: LocalStore, tmp_path: Path) -> None:
    write(tmp_path, f"{OLD}/cards/default-1a2b3.html", "old")
    assert card_html(store, only(store)) == b"old"
    write(tmp_path, f"{NEW}/cards/default-4c5d6.html", "new")
    assert card_html(store, only(store)) == b"new"


@pytest.mark.parametrize(
    "name", ["default.html", "a-b-c-d.html", "default-1.html.tmp", "tmpabc", "default-1.json", "-1.html"]
)
def test_other_files_are_no_cards(store: LocalStore, tmp_path: Path, name: str) -> None:
    write(tmp_path, f"{NEW}/cards/{name}", "x")
    write(tmp_path, f"{NEW}/cards/folder-1.html/x", "x")
    assert cards(store, *WHERE) == []


def test_a_card_is_named_by_its_hash_and_by_nothing_else(store: LocalStore, tmp_path: Path) -> None:
    write(tmp_path, f"{NEW}/cards/type-some id-1a2b3.html", "x")
    found = card(store, *WHERE, "1a2b3")
    assert found
    assert (found.type, found.id) == ("type", "some id")
    for other in ("1a2b", "1a2b33", "", "../1a2b3", "1a2b3.html"):
        assert card(store, *WHERE, other) is None
    with pytest.raises(Unreadable):
        cards(store, "F", "..", "s", "2")


def test_cards_are_bounded(store: LocalStore, tmp_path: Path) -> None:
    write(tmp_path, f"{NEW}/cards/default-1.html", "x" * 1000)
    write(tmp_path, f"{NEW}/runtime/default-1.data.json", '{"reload_token": "1", "data": null}')
    assert card_html(store, only(store), 1000)
    with pytest.raises(TooLarge, match=r"^The card is larger than .* MB; it can be downloaded\.$"):
        card_html(store, only(store), 999)
    with pytest.raises(TooLarge):
        card_data(store, only(store), 10)
    for number in range(250):
        write(tmp_path, f"{NEW}/cards/default-{number}.html", "x")
    assert len(cards(store, *WHERE)) == 200


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "{}",
        "[" * 100_000,
        "null",
        '"x"',
        "\x00",
        '{"data": {}}',
    ],
)
def test_damaged_data_are_a_sentence(store: LocalStore, tmp_path: Path, text: str) -> None:
    write(tmp_path, f"{NEW}/cards/default-1.html", "x")
    write(tmp_path, f"{NEW}/runtime/default-1.data.json", text)
    with pytest.raises(Unreadable, match=r"^The data of the card are damaged\.$"):
        card_data(store, only(store))


def test_data_are_what_a_browser_reads(store: LocalStore, tmp_path: Path) -> None:
    write(tmp_path, f"{NEW}/cards/default-1.html", "x")
    write(
        tmp_path,
        f"{NEW}/runtime/default-1.data.json",
        '{"reload_token": "render-seq-2", "data": [NaN, 1e999, 1.5], "created_on": 1e300}',
    )
    data = card_data(store, only(store))
    assert data
    assert (data.reload_token, data.is_final, data.created_at) == ("render-seq-2", False, None)
    assert json.dumps(data.data) == "[null, null, 1.5]"
