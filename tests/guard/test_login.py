"""Who is let in: named by a trusted proxy, or by name and password."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from werkzeug.security import generate_password_hash

from dashboard.errors import BadSetting
from tests.guard.conftest import MakeClient

FAST = "pbkdf2:sha256:1000"  # for tests only
PROXY, STRANGER = {"REMOTE_ADDR": "10.0.0.5"}, {"REMOTE_ADDR": "192.0.2.1"}


@pytest.fixture
def users(tmp_path: Path) -> Path:
    path = tmp_path / "users"
    path.write_text(f"# who may come in\nana:{generate_password_hash('sesame:open', FAST)}\n\n")
    return path


def test_a_proxy_says_who_is_asking(client_of: MakeClient) -> None:
    client = client_of(AUTH_HEADER="X-Forwarded-User", TRUSTED_PROXIES="10.0.0.0/24")
    named = {"X-Forwarded-User": "ana"}
    assert client.get("/-/api/runs", headers=named, environ_base=PROXY).status_code == 200
    assert client.get("/-/api/runs", environ_base=PROXY).status_code == 401
    assert client.get("/-/api/runs", headers=named, environ_base=STRANGER).status_code == 403
    assert client.get("/-/api/runs", headers={"X-Forwarded-User": "x" * 201}, environ_base=PROXY).status_code == 401
    forged = {**named, "X-Forwarded-For": "10.0.0.5"}
    assert client.get("/-/api/runs", headers=forged, environ_base=STRANGER).status_code == 403
    for probe in ("/-/health", "/-/ready"):
        assert client.get(probe, environ_base=STRANGER).status_code == 200
    assert client.get("/-/metrics", environ_base=STRANGER).status_code == 403
    assert client.get("/assets/js/time.js", environ_base=STRANGER).status_code == 403
    assert client.post("/_dash-update-component", json={}, environ_base=STRANGER).status_code == 403


@pytest.mark.parametrize(
    ("forwarded", "limited"),
    [
        ("198.51.100.7", True),
        ("1.1.1.1, 198.51.100.7", True),
        ("198.51.100.7, 10.0.0.9", True),
        ("198.51.100.8", False),
    ],
)
def test_the_viewers_own_address_counts(
    client_of: MakeClient, stopped_clock: None, forwarded: str, limited: bool
) -> None:
    client = client_of(TRUSTED_PROXIES="10.0.0.0/24", RATE_LIMIT="1")
    for _ in range(11):
        client.get("/-/go", headers={"X-Forwarded-For": "198.51.100.7"}, environ_base=PROXY)
    answer = client.get("/-/go", headers={"X-Forwarded-For": forwarded}, environ_base=PROXY)
    assert (answer.status_code == 429) is limited


def test_the_name_of_the_host_is_the_viewers(client_of: MakeClient) -> None:
    client = client_of(TRUSTED_PROXIES="unix", ALLOWED_HOSTS="dash.example.org")
    asked = {"X-Forwarded-Host": "dash.example.org", "X-Forwarded-Proto": "https"}
    assert client.get("/-/api/runs", headers=asked, environ_base={"REMOTE_ADDR": ""}).status_code == 200
    assert client.get("/-/api/runs", headers=asked, environ_base=STRANGER).status_code == 400


def test_a_name_and_a_password(client_of: MakeClient, users: Path) -> None:
    client = client_of(USERS_FILE=users)
    answer = client.get("/")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith('Basic realm="Metaflow Dashboard"')
    assert client.get("/", auth=("ana", "sesame:open")).status_code == 200
    assert client.get("/", auth=("ana", "wrong")).status_code == 401
    assert client.get("/", auth=("bob", "sesame:open")).status_code == 401
    assert client.get("/", auth=("", "")).status_code == 401
    assert client.get("/", headers={"Authorization": "Basic %%%"}).status_code == 401
    assert client.get("/", headers={"Authorization": "Bearer x"}).status_code == 401
    assert client.get("/-/metrics").status_code == 401
    assert client_of(USERS_FILE=users, OPEN_METRICS="true").get("/-/metrics").status_code == 200


def test_who_tries_passwords_has_to_wait_and_the_others_do_not(
    client_of: MakeClient, stopped_clock: None, users: Path
) -> None:
    client = client_of(USERS_FILE=users)
    tried = [client.get("/-/api/runs", auth=("ana", str(number))).status_code for number in range(12)]
    assert tried == [401] * 10 + [429] * 2
    assert client.get("/-/api/runs", auth=("ana", "sesame:open")).status_code == 429
    assert client.get("/-/api/runs", auth=("ana", "sesame:open"), environ_base=STRANGER).status_code == 200
    assert client.get("/-/api/runs", auth=("ana", "sesame:open")).status_code == 200, "known by now"


def test_a_changed_file_counts_at_once(client_of: MakeClient, users: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.guard.passwords.LOOKED_AT", 0)
    client = client_of(USERS_FILE=users)
    assert client.get("/-/api/runs", auth=("ana", "sesame:open")).status_code == 200
    users.write_text("half a line")
    assert client.get("/-/api/runs", auth=("ana", "sesame:open")).status_code == 200
    users.write_text(f"bob:{generate_password_hash('another one', FAST)}\n")
    assert client.get("/-/api/runs", auth=("ana", "sesame:open")).status_code == 401
    assert client.get("/-/api/runs", auth=("bob", "another one")).status_code == 200


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"AUTH_HEADER": "X-User"}, "TRUSTED_PROXIES"),
        ({"AUTH_HEADER": "X-User", "TRUSTED_PROXIES": "unix", "USERS_FILE": "{file}"}, "choose one way"),
        ({"USERS_FILE": "/no/such/file"}, "cannot be read"),
        ({"USERS_FILE": "{bad}"}, "Line 1 of"),
        ({"TRUSTED_PROXIES": "10.0.0.0/33"}, "networks such as"),
        ({"AUTH_HEADER": "X User"}, "the name of a header"),
        ({"ALLOWED_HOSTS": "https://dash.example"}, "names of hosts"),
        ({"EMBED_IN": "portal"}, "origins such as"),
    ],
)
def test_half_a_login_is_no_start(
    client_of: MakeClient, users: Path, tmp_path: Path, settings: dict[str, str], sentence: str
) -> None:
    (tmp_path / "bad").write_text("ana:plain text\n")
    with pytest.raises(BadSetting, match=sentence):
        client_of(**{name: value.format(file=users, bad=tmp_path / "bad") for name, value in settings.items()})


def test_the_command_makes_a_line_of_the_file(client_of: MakeClient, tmp_path: Path) -> None:
    def made(name: str, password: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "dashboard.guard.passwords", name]
        root = Path(__file__).parent.parent.parent
        return subprocess.run(command, cwd=root, input=f"{password}\n", capture_output=True, text=True, env=os.environ)

    done = made("ana", "long enough")
    assert done.returncode == 0
    assert done.stdout.startswith("ana:scrypt:")
    (tmp_path / "users").write_text(done.stdout)
    client = client_of(USERS_FILE=tmp_path / "users")
    assert client.get("/-/api/runs", auth=("ana", "long enough")).status_code == 200
    assert made("ana", "short").returncode == 2
    assert made("a:b", "long enough").returncode == 2
