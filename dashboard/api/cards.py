"""The cards of tasks: listed as JSON, and served each in a sandbox of its own (dashboard.datastore.card_frame)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from dashboard.api import asked
from dashboard.data import task_facts
from dashboard.data.task_facts import Home
from dashboard.datastore import Datastore, Unreadable
from dashboard.datastore.card_frame import CONTENT_TYPE, POLICY, framed
from dashboard.datastore.cards import Card, card, card_data, card_html, cards
from dashboard.services import Services
from dashboard.task_logs import unreachable


def register(api: Blueprint, services: Services) -> None:
    """Mount the routes."""

    def place(flow: str, run: str, step: str, task: str) -> tuple[Datastore, Home]:
        judged, facts = asked.task(services, flow, run, step, task)
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
        store, home = place(flow, run, step, task)
        return jsonify(cards=[_json(found) for found in cards(store, home.flow, home.run, home.step, home.task)])

    @api.get("/cards/<flow>/<run>/<step>/<task>/<name>")
    def card_page(flow: str, run: str, step: str, task: str, name: str) -> Response:
        values = asked.values()
        is_download = asked.flag(values, "download")
        values.pop("token", None)  # a card that is loaded again has another address
        asked.nothing_else(values, "known are download, token")
        store, found = one(flow, run, step, task, name)
        body = card_html(store, found)
        if body is None:
            raise asked.Absent("The card is gone.")
        answer = Response(body if is_download else framed(body), content_type=CONTENT_TYPE)
        answer.headers["Content-Security-Policy"] = POLICY
        answer.headers["Cache-Control"] = "no-store"
        if is_download:
            file = asked.file_name(f"{run}-{step}-{task}-{found.type}.html")
            answer.headers.set("Content-Disposition", "attachment", filename=file)
        return answer

    @api.get("/cards/<flow>/<run>/<step>/<task>/<name>/data")
    def card_moves(flow: str, run: str, step: str, task: str, name: str) -> Response:
        store, found = one(flow, run, step, task, name)
        data = card_data(store, found)
        if data is None:
            return jsonify(token=None, data=None, final=True)
        return jsonify(token=data.reload_token, data=data.data, final=data.is_final)


def _json(found: Card) -> dict[str, Any]:
    return {
        "type": found.type,
        "id": found.id,
        "hash": found.hash,
        "size": found.size,
        "modified_at": found.modified_at,
        "moves": found.has_data,
    }
