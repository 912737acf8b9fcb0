"""An S3 server on loopback that can be slow, refuse, fail, and break off in the middle of an object."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

BUCKET = "bucket"
ROOT = f"s3://{BUCKET}/metaflow"
KEYS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "hunter2", "AWS_DEFAULT_REGION": "us-east-1"}

Start = Callable[..., Any]


@dataclass
class Server:
    """The server, and what happens to requests for objects whose key holds `victim`."""

    url: str = ""
    victim: str | None = None
    status: int | None = None  # answer so instead
    code: str = "InternalError"  # … with this code of S3
    missing: int = 0  # bytes that each body lacks at its end
    hold: threading.Event | None = None  # answer only when it is set
    asked: list[tuple[str, str, str]] = field(default_factory=list)  # method, path, range

    def heal(self) -> None:
        """No more faults."""
        if self.hold:
            self.hold.set()
        self.victim = self.status = self.hold = None
        self.missing = 0
        self.asked.clear()

    @property
    def client(self) -> Any:
        """A client that may write."""
        return boto3.client(
            "s3",
            endpoint_url=self.url,
            aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
            region_name=KEYS["AWS_DEFAULT_REGION"],
        )

    def put(self, key: str, body: bytes, **attributes: str) -> None:
        """Store an object below the root of the datastore."""
        self.client.put_object(Bucket=BUCKET, Key=f"metaflow/{key}", Body=body, Metadata=attributes)

    def around(self, app: Callable[[dict[str, Any], Start], Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
        """The WSGI application with the faults of the moment."""

        def faulty(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
            self.asked.append((environ["REQUEST_METHOD"], environ["PATH_INFO"], environ.get("HTTP_RANGE", "")))
            if self.victim is None or self.victim not in environ["PATH_INFO"] + environ.get("QUERY_STRING", ""):
                return app(environ, start)
            if self.hold:
                self.hold.wait(60)
            if self.status:
                text = f"<Error><Code>{self.code}</Code><Message>secret of the server</Message></Error>".encode()
                start(f"{self.status} fault", [("Content-Type", "text/xml"), ("Content-Length", str(len(text)))])
                return [text]
            return [b"".join(app(environ, start))[: -self.missing or None]]

        return faulty


@contextmanager
def serve() -> Iterator[Server]:
    """A running server with an empty bucket."""
    server = Server()
    app = DomainDispatcherApplication(create_backend_app)
    running = make_server("127.0.0.1", 0, server.around(app), threaded=True)
    server.url = f"http://127.0.0.1:{running.port}"
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    server.client.create_bucket(Bucket=BUCKET)
    yield server
    server.heal()
    running.shutdown()
    running.server_close()
    thread.join(10)
