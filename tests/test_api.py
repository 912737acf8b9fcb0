"""The JSON and CSV interface over HTTP, on both dialects."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import URL, create_engine, text
from werkzeug.test import TestResponse

from dashboard import api
from dashboard.data.database import Database, Reader
from dashboard.services import make_services
from dashboard.settings import Settings
from dashboard.source import Source
from tests.conftest import Store
from tests.data.writing import Writer
from tests.oracle import HOUR, MINUTE, SECOND

FIELDS = [
    *("flow", "run", "run_number", "run_id", "user", "status", "qualifier", "reason"),
    *("started_at", "finished_at", "duration", "tags", "system_tags", "project", "branch"),
]
HOSTILE = ("<script>alert(1)</script>", 'say "hi"', "100%_\\", "it's", "ünï☃", "a;b,c", "=1+1", "a&b=c#d?e")


@dataclass
class Api:
    client: FlaskClient
    writer: Writer
    now: int
    database: Database

    def get(self, path: str) -> TestResponse:
        return self.client.get(f"/-/{path}")

    def json(self, path: str, status: int = 200) -> Any:
        answer = self.client.get(f"/-/{path}")
        assert answer.status_code == status, answer.text
        assert answer.mimetype == "application/json"
        return json.loads(answer.text)

    def runs(self, query: str = "") -> list[Any]:
        runs: list[Any] = self.json(f"api/runs?{query}")["runs"]
        return runs

    def refusal(self, path: str, status: int = 400) -> str:
        """The sentence of a refusal; nothing else is in the answer."""
        answer = self.json(path, status)
        assert list(answer) == ["error"]
        sentence: str = answer["error"]
        assert sentence.endswith(".")
        return sentence


def serve(database: Database, settings: Settings = Settings()) -> FlaskClient:
    server = Flask(__name__)
    api.register(server, make_services(database, Source("sqlite", "a test"), settings))
    return server.test_client()


@pytest.fixture
def served(any_database: Store) -> Iterator[Api]:
    database = Database(any_database.url)
    yield Api(serve(database), Writer(any_database.engine), database(Reader.now) // SECOND * SECOND, database)
    database.close()


# --- one answer -----------------------------------------------------------------------------------------------------


def test_a_run_as_json(served: Api) -> None:
    now, writer = served.now, served.writer
    key = writer.run(
        at=now - HOUR, tags=("x",), system_tags=["user:ana", "project:shop", "project_branch:user.ana", "date:today"]
    )
    writer.ended(key, now - 50 * MINUTE)
    writer.run(at=now - MINUTE, heartbeat=now - 100 * SECOND, user=None, system_tags=[], run_id="argo-x7")
    writer.flush()
    done = {
        "flow": "HelloFlow",
        "run": "1",
        "run_number": 1,
        "run_id": None,
        "user": "ana",
        "status": "completed",
        "qualifier": None,
        "reason": "attempt_ok True of the end step",
        "started_at": now - HOUR,
        "finished_at": now - 50 * MINUTE,
        "duration": 10 * MINUTE,
        "tags": ["x"],
        "system_tags": ["user:ana", "project:shop", "project_branch:user.ana", "date:today"],
        "project": "shop",
        "branch": "user.ana",
    }
    answer = served.json("api/runs")
    assert answer["next"] is None
    named, plain = answer["runs"]
    assert plain == done
    assert sorted(named) == sorted(FIELDS)
    assert (named["run"], named["run_id"], named["run_number"], named["user"]) == ("argo-x7", "argo-x7", 2, None)
    assert (named["status"], named["qualifier"], named["finished_at"]) == ("running", "no heartbeat", None)
    assert served.json("api/HelloFlow/1") == done
    assert served.json("api/HelloFlow/argo-x7")["run_number"] == 2


def test_nothing_is_an_empty_list(served: Api) -> None:
    assert served.json("api/runs") == {"runs": [], "next": None}
    assert served.json("api/runs?status=failed&q=x&tag.not=y") == {"runs": [], "next": None}


def test_the_parameters_of_the_page_count(served: Api) -> None:
    now, writer = served.now, served.writer
    for number in range(1, 7):
        key = writer.run("AB"[number % 2], number, at=now - number * HOUR, user="ana", tags=(f"t{number % 3}",))
        writer.ended(key, now - number * HOUR + MINUTE, ok=number % 3 == 0)
    writer.flush()

    def found(query: str) -> list[int]:
        return [run["run_number"] for run in served.runs(query)]

    assert found("flow=A") == [2, 4, 6]
    assert found("flow=A&sort=started") == [6, 4, 2]
    assert found("sort=-flow&limit=4") == [1, 3, 5, 2], "within a flow the newest first"
    assert found("sort=flow&status=completed") == [6, 3]
    assert found("flow.not=A&tag=t1") == [1]
    assert found("status=completed") == [3, 6]
    assert found("tag.contains=T2&user=ana") == [2, 5]
    assert found("started=6h&q=4") == [4]
    assert found("q=&flow=&started=&sort=") == [1, 2, 3, 4, 5, 6], "empty fields of a form are no conditions"
    assert found("rows=1&group=flow&open=A/2&select=A/2&hide=tags") == [1, 2, 3, 4, 5, 6], "the look is not for JSON"


@pytest.mark.parametrize("query", ["", "sort=started", "tag.contains=x", "status=completed", "q=o&status=failed"])
def test_after_leads_through_all_runs_once(served: Api, query: str) -> None:
    now, writer = served.now, served.writer
    for number in range(1, 31):
        key = writer.run(at=now - HOUR + number // 4 * SECOND, tags=("xo",))
        if number % 2:
            writer.ended(key, now - MINUTE, ok=number % 3 > 0)
    writer.flush()
    whole = served.runs(f"{query}&limit=1000")
    pages, after = [], ""
    for _ in range(40):
        answer = served.json(f"api/runs?{query}&limit=7&after={after}")
        pages.append(answer["runs"])
        after = answer["next"]
        if after is None:
            break
    assert [run["run_number"] for page in pages for run in page] == [run["run_number"] for run in whole]
    assert len(pages) > 1 or len(whole) < 8
    assert whole


def test_a_search_that_is_cut_says_where_to_go_on(any_database: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.data.run_search.FIRST_BATCH", 3)
    database = Database(any_database.url)
    now = database(Reader.now)
    writer = Writer(any_database.engine)
    for number in range(1, 21):
        writer.ended(writer.run(at=now - HOUR + number), now, ok=number == 1)
    writer.flush()
    client = serve(database, Settings(scan_budget=0))
    first = client.get("/-/api/runs?status=completed").get_json()
    assert first["runs"] == []
    after, found = first["next"], []
    while after:
        answer = client.get(f"/-/api/runs?status=completed&after={after}").get_json()
        found += answer["runs"]
        after = answer["next"]
    assert [run["run_number"] for run in found] == [1]
    database.close()


# --- refusals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("colour=red", "“colour” is not a known parameter"),
        ("limit=0", "limit=0: a whole number from 1 to 1000 is needed."),
        ("limit=1001", "limit=1001"),
        ("limit=-1", "limit=-1"),
        ("limit=ten", "limit=ten"),
        ("limit=%C2%B2", "limit=²"),
        ("limit=" + "9" * 100, "limit=9"),
        ("limit=000000001999", "limit=000000001999"),
        ("limit=000000001" + "0" * 5_000, "a whole number from 1 to 1000 is needed."),
        ("rows=000000001999", "rows=000000001999"),
        ("after=yesterday", "after=yesterday: not a cursor"),
        ("after=" + "9" * 25 + "-1", "not a cursor"),
        ("format=xml", "format=xml: json or csv is needed."),
        ("sort=duration&after=5-1", "sort=duration: after goes with an order by started only."),
        ("status=done", "status=done: one of running"),
        ("started=soon", "started=soon: one of 1h"),
        ("rows=1000", "rows=1000"),
        ("flow=%00", "NUL"),
        ("q=" + "x" * 300, "at most 50 values of 255 characters"),
    ],
)
def test_what_cannot_be_understood_is_400_with_a_sentence(served: Api, query: str, sentence: str) -> None:
    assert sentence in served.refusal(f"api/runs?{query}")


def test_a_run_that_is_not_there(served: Api) -> None:
    served.writer.run(at=1)
    served.writer.flush()
    assert served.refusal("api/HelloFlow/99", 404) == "There is no run HelloFlow/99."
    for path in (
        "helloflow/1",
        "None/1",
        f"HelloFlow/{'9' * 30}",
        f"HelloFlow/{'9' * 18}",
        "HelloFlow/1%27",
        "%3C/%3E",
    ):
        served.refusal(f"api/{path}", 404)
    assert "NUL" in served.refusal("api/HelloFlow/%00")
    assert served.refusal("api/HelloFlow/1?limit=1") == "“limit” is not a known parameter here; only format is."
    assert "json or csv" in served.refusal("api/HelloFlow/1?format=pdf")


@pytest.mark.parametrize("q", ["9" * 20, "9" * 18, "2147483648", "%25", "%5C", "_", "%27", "%E2%98%83"])
def test_odd_searches_are_no_errors(served: Api, q: str) -> None:
    served.writer.run(at=1)
    served.writer.flush()
    assert served.runs(f"q={q}") == []
    assert served.runs(f"after={'9' * 18}-{'9' * 18}")


def test_a_database_that_is_slow_or_away_is_503(postgres_database: URL) -> None:
    engine = create_engine(postgres_database)
    database = Database(postgres_database, lock_timeout=0.1)
    client = serve(database)
    with engine.begin() as connection:
        connection.execute(text("LOCK TABLE runs_v3 IN ACCESS EXCLUSIVE MODE"))
        for path in ("api/runs", "api/HelloFlow/1", "download/runs.csv", "api/runs?format=csv"):
            answer = client.get(f"/-/{path}")
            assert answer.status_code == 503, path
            assert "locked" in answer.get_json()["error"]
    database.close()
    engine.dispose()
    away = Database(postgres_database.set(database="none_such"))
    answer = serve(away).get("/-/api/runs")
    assert answer.status_code == 503
    assert answer.get_json()["error"].startswith("The database does not answer: ")
    away.close()


def test_a_statement_beyond_its_time_is_503(any_database: Store) -> None:
    with any_database.engine.begin() as connection:  # a view that never ends, in the place of the runs
        forever = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n WHERE x < 0"
        connection.execute(text("ALTER TABLE runs_v3 RENAME TO real_runs"))
        connection.execute(
            text(f"CREATE VIEW runs_v3 AS SELECT * FROM real_runs WHERE run_number IN (SELECT x FROM ({forever}) y)")
        )
    writer = Writer(any_database.engine)
    with any_database.engine.begin() as connection:
        connection.execute(text("INSERT INTO flows_v3 (flow_id, ts_epoch) VALUES ('A', 1)"))
        connection.execute(text("INSERT INTO real_runs (flow_id, run_number, ts_epoch) VALUES ('A', 1, 1)"))
    del writer
    database = Database(any_database.url, statement_timeout=0.2)
    answer = serve(database).get("/-/api/runs")
    assert answer.status_code == 503
    assert answer.get_json() == {"error": "The database took longer than the limit, and the query was cancelled."}
    database.close()


# --- hostile names, CSV ---------------------------------------------------------------------------------------------


def test_hostile_names_come_back_as_they_are(served: Api) -> None:
    for name in HOSTILE:
        served.writer.run(name, at=1, user=name, tags=(name,), run_id=f"id {name}")
    served.writer.flush()
    for name in HOSTILE:
        (run,) = served.runs(f"flow={quote(name)}&user={quote(name)}&tag={quote(name)}&tag.contains={quote(name)}")
        assert (run["flow"], run["user"], run["tags"], run["run"]) == (name, name, [name], f"id {name}")
        if "/" not in name:  # a URL cannot hold it, and no flow or run has it
            assert served.json(f"api/{quote(name)}/{quote(run['run'])}") == run
        assert [one["flow"] for one in served.runs(f"q={quote(name)}")] == [name]


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_csv_has_the_same_runs(served: Api) -> None:
    now, writer = served.now, served.writer
    key = writer.run(at=now - HOUR, tags=("a", "b c"), run_id='argo,"1"\n2')
    writer.ended(key, now - MINUTE)
    writer.run(at=now - 2 * HOUR)
    writer.flush()
    answer = served.client.get("/-/api/runs?format=csv&limit=1")
    assert answer.mimetype == "text/csv"
    (row,) = rows_of(answer.text)
    (same,) = served.json("api/runs?limit=1")["runs"]
    assert list(row) == FIELDS
    assert row["run"] == same["run"] == 'argo,"1"\n2'
    assert row["tags"] == "a b c"
    assert row["qualifier"] == ""
    assert int(row["duration"]) == same["duration"]
    assert answer.headers["X-Next"] == served.json("api/runs?limit=1")["next"]
    one = served.client.get("/-/api/HelloFlow/2?format=csv")
    assert [row["run"] for row in rows_of(one.text)] == ["2"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＠"])
def test_no_cell_is_a_formula(served: Api, start: str) -> None:
    evil = f"{start}cmd|' /C calc'!A0"
    served.writer.run(evil, at=1, user=evil, tags=(evil,), run_id=evil)
    served.writer.flush()
    for path in ("api/runs?format=csv", "download/runs.csv"):
        (row,) = rows_of(served.client.get(f"/-/{path}").text)
        for name in ("flow", "run", "run_id", "user", "tags"):
            assert row[name] == f"'{evil}", name


def test_the_download_has_all_pages(served: Api) -> None:
    now = served.now
    for number in range(1, 1_101):
        served.writer.run("AB"[number % 2], at=now - HOUR + number)
    served.writer.flush()
    answer = served.client.get("/-/download/runs.csv?flow=A")
    assert answer.headers["Content-Disposition"] == "attachment; filename=runs.csv"
    numbers = [int(row["run_number"]) for row in rows_of(answer.text)]
    assert numbers == list(range(1_100, 0, -2))
    assert "“colour”" in served.refusal("download/runs.csv?colour=red")


# --- suggestions ----------------------------------------------------------------------------------------------------


def test_suggestions_while_one_types(served: Api) -> None:
    now, writer = served.now, served.writer
    for number in range(3):
        system = ["user:ana", "project:shop", "project_branch:main"] if number else ["user:bob"]
        writer.run("Hello%Flow", at=now - HOUR, user="ana" if number else "bob", tags=("x", "Env"), system_tags=system)
    writer.flush()

    def suggested(field: str, part: str = "") -> Any:
        return served.json(f"api/suggest?field={field}&q={part}")["values"]

    assert suggested("flow", "%25f") == ["Hello%Flow"]
    assert suggested("user") == ["ana", "bob"]
    assert suggested("user", "B") == ["bob"]
    assert suggested("project") == ["shop"]
    assert suggested("branch", "ai") == ["main"]
    assert suggested("tag", "env") == ["Env"]
    assert "field=colour: one of flow, user" in served.refusal("api/suggest?field=colour")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_but_reading(served: Api, method: str) -> None:
    for path in ("api/runs", "api/HelloFlow/1", "download/runs.csv", "api/suggest"):
        assert served.client.open(f"/-/{path}", method=method).status_code == 405


def test_under_a_prefix(sqlite_database: URL) -> None:
    database = Database(sqlite_database)
    client = serve(database, Settings(path_prefix="/metaflow/"))
    assert client.get("/metaflow/-/api/runs").get_json() == {"runs": [], "next": None}
    assert client.get("/-/api/runs").status_code == 404
    database.close()
