"""The cards of tasks: listed as JSON, and served each in a sandbox of its own (dashboard.datastore.card_frame)."""

from __future__ import annotations

import time
from typing import Any

from flask import Blueprint, Response, jsonify, request

from dashboard.api import asked
from dashboard.api.tasks import run_view
from dashboard.data import task_facts
from dashboard.data.task_facts import Home, TaskFacts
from dashboard.datastore import Datastore, Unreadable, Withheld
from dashboard.datastore.card_frame import CONTENT_TYPE, POLICY, framed, refusal
from dashboard.datastore.cards import Card, card, card_data, card_html, cards
from dashboard.errors import BadInput, DatabaseError
from dashboard.graph import Node
from dashboard.models import Run
from dashboard.run_state.view import RunView
from dashboard.services import Services
from dashboard.task_logs import unreachable

MOST_TASKS, MOST_CARDS = 60, 100  # of a run, looked through and shown
PATIENCE = 4.0  # seconds for all of them


def register(api: Blueprint, services: Services) -> None:
    """Mount the routes."""

    def allowed() -> None:
        if not services.stores.privacy.cards:
            raise Withheld("Cards are not shown on this dashboard.")

    def place(flow: str, run: str, step: str, task: str) -> tuple[Datastore, Home]:
        return home_of(*asked.task(services, flow, run, step, task))

    def home_of(judged: Run, facts: TaskFacts) -> tuple[Datastore, Home]:
        allowed()
        home = services.database(task_facts.home, judged.id, facts, max(facts.attempts, default=0))
        store = services.stores(home.location)
        if store is None:
            raise Unreadable(unreachable(home))
        return store, home

    def one(flow: str, run: str, step: str, task: str, name: str) -> tuple[Datastore, Card]:
        store, home = place(flow, run, step, task)
        found = card(store, home.flow, home.run, home.step, home.task, name)
        if found is None:
            raise asked.Absent("There is no such card.")
        return store, found

    @api.get("/api/<flow>/<run>/<step>/<task>/cards")
    def list_cards(flow: str, run: str, step: str, task: str) -> Response:
        values = asked.values()
        values.pop("attempt", None)  # cards belong to all attempts
        asked.nothing_else(values, "known is quiet")
        allowed()
        judged, facts = asked.task(services, flow, run, step, task)
        if not facts.has_begun(max(facts.attempts, default=0)):
            return jsonify(cards=[], missing=[])  # and it has not said where its datastore is
        store, home = home_of(judged, facts)
        found = cards(store, home.flow, home.run, home.step, home.task)
        ok = facts.own("attempt_ok", max(facts.attempts, default=0))
        graph = services.graphs(judged.key) if ok == "True" else None
        missing = _missing(graph.nodes.get(step) if graph else None, found)
        return jsonify(cards=[_json(card) for card in found], missing=missing)

    @api.get("/api/<flow>/<run>/cards")
    def cards_of_run(flow: str, run: str) -> Response:
        asked.nothing_else(asked.values(), "known is quiet")
        allowed()
        view = run_view(services, asked.run(services, flow, run))
        until = time.monotonic() + PATIENCE
        found: list[dict[str, Any]] = []
        waiting = _with_cards(services, view)
        looked, problem = 0, None
        for step, one_task in waiting[:MOST_TASKS]:
            if time.monotonic() > until or len(found) >= MOST_CARDS:
                break
            try:
                store, home = place(flow, run, step, one_task)
                known = cards(store, home.flow, home.run, home.step, home.task)
            except Unreadable as error:
                problem = error  # of one task; the others have their cards all the same
                continue
            found += [_json(one) | {"step": step, "task": one_task} for one in known]
            looked += 1
        if problem and not looked:
            raise problem
        return jsonify(cards=found, tasks=len(waiting), looked=looked, problem=str(problem) if problem else None)

    @api.get("/cards/<flow>/<run>/<step>/<task>/<name>")
    def card_page(flow: str, run: str, step: str, task: str, name: str) -> Response:
        is_quiet = request.args.get("quiet") == "1"
        values = asked.values()
        is_download = asked.flag(values, "download")
        values.pop("token", None)  # a card that is loaded again has another address
        asked.nothing_else(values, "known are download, quiet, token")
        kind = ""
        try:
            store, found = one(flow, run, step, task, name)
            body, kind = card_html(store, found), found.type
            if body is None:
                raise asked.Absent("The card is gone.")
        except (Unreadable, BadInput, DatabaseError) as problem:
            if not is_quiet or is_download:
                raise
            body = refusal(str(problem))
        answer = Response(body if is_download else framed(body), content_type=CONTENT_TYPE)
        answer.headers["Content-Security-Policy"] = " ".join((POLICY, *services.settings.embed_in))
        answer.headers["Cache-Control"] = "no-store"
        if is_download:
            file = asked.file_name(f"{run}-{step}-{task}-{kind}.html")
            answer.headers.set("Content-Disposition", "attachment", filename=file)
        return answer

    @api.get("/cards/<flow>/<run>/<step>/<task>/<name>/data")
    def card_moves(flow: str, run: str, step: str, task: str, name: str) -> Response:
        store, found = one(flow, run, step, task, name)
        data = card_data(store, found)
        if data is None:
            return jsonify(token=None, data=None, final=True)
        return jsonify(token=data.reload_token, data=data.data, final=data.is_final)


def _with_cards(services: Services, view: RunView) -> list[tuple[str, str]]:
    """(step, task) of those that may have cards: of steps with a decorator for them, where the graph is known."""
    graph = services.graphs(view.judged.run.key)
    steps = {name for name, node in graph.nodes.items() if node.decorator("card")} if graph else set(view.steps)
    places = [place for place, step in enumerate(view.step.tolist()) if view.steps[step] in steps]
    return [(view.steps[view.step[place]], view.task_id(place)) for place in places]


def _missing(node: Node | None, found: list[Card]) -> list[dict[str, Any]]:
    """The cards that the decorators of a step ask for, and that a task of it has not left."""
    there = {(one.type, one.id) for one in found}
    asked_for = [one.attributes for one in node.decorators if one.name == "card"] if node else []
    wanted = [(str(one.get("type") or "default"), one.get("id"), one.get("timeout")) for one in asked_for]
    return [{"type": kind, "id": id_, "timeout": most} for kind, id_, most in wanted if (kind, id_) not in there]


def _json(found: Card) -> dict[str, Any]:
    return {
        "type": found.type,
        "id": found.id,
        "hash": found.hash,
        "size": found.size,
        "modified_at": found.modified_at,
        "moves": found.has_data,
    }
