"""A stand-in for DynamoDB and S3 that takes everything at once: nginx, or a server in Python.

It answers the operations that write a table's items, and gives the files below a folder, in ranges,
as the objects of buckets.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

TABLE = "orders"
ANSWERS = {
    "BatchWriteItem": {
        "UnprocessedItems": {},
        "ConsumedCapacity": [{"TableName": TABLE, "CapacityUnits": 25.0}],
    },
    "DescribeTable": {"Table": {"TableName": TABLE, "TableStatus": "ACTIVE"}},
    "ListTables": {"TableNames": [TABLE]},
}
MISSING = "<Error><Code>NoSuchKey</Code><Message>It is not there.</Message></Error>"
NGINX = """
{user}
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log stderr crit;
events {{ worker_connections 64; }}
http {{
  access_log off; client_max_body_size 32m; client_body_buffer_size 16m;
  keepalive_requests 100000000; client_body_temp_path {folder}/bodies;
  fastcgi_temp_path {folder}/1; proxy_temp_path {folder}/2; scgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4;
  map $http_x_amz_target $answer {{ default '{{}}'; {answers} }}
  server {{
    listen 127.0.0.1:{port};
    location = / {{ default_type application/x-amz-json-1.0; return 200 $answer; }}
    location / {{
      root {folder}/s3; error_page 404 @missing;
      if ($request_method = PUT) {{ return 200; }}
    }}
    location @missing {{ default_type application/xml; return 404 '{missing}'; }}
  }}
}}
"""


class Sink(BaseHTTPRequestHandler):
    """DynamoDB and S3, where there is no nginx."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    folder = Path()

    def do_POST(self) -> None:
        """Answer as DynamoDB."""
        self.rfile.read(int(self.headers["Content-Length"]))
        operation = self.headers["X-Amz-Target"].partition(".")[2]
        self._answer(200, json.dumps(ANSWERS[operation]).encode())

    def do_PUT(self) -> None:
        """Take an object, and forget it."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(200, b"")

    def do_GET(self) -> None:
        """Give a range of a file."""
        path = self.folder / self.path.partition("?")[0].strip("/")
        if not path.is_file():
            self._answer(404, MISSING.encode())
            return
        start, end = self.headers.get("Range", "bytes=0-65535").removeprefix("bytes=").split("-")
        with path.open("rb") as file:
            file.seek(int(start))
            part = file.read(int(end) + 1 - int(start))
        told = f"bytes {start}-{int(start) + len(part) - 1}/{path.stat().st_size}"
        self._answer(206, part, {"Content-Range": told, "ETag": '"1"'})

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def sink(folder: Path) -> Iterator[int]:
    """Run the sink in another process; give its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx:
        answers = " ".join(
            f"DynamoDB_20120810.{name} '{json.dumps(answer)}';" for name, answer in ANSWERS.items()
        )
        config = folder / "nginx.conf"
        # Who may not change users is not to say so; who may is not to become one who cannot read.
        user = "user root root;" if os.geteuid() == 0 else ""
        config.write_text(
            NGINX.format(folder=folder, port=port, answers=answers, missing=MISSING, user=user)
        )
        command = [nginx, "-p", str(folder), "-c", str(config), "-e", "stderr"]
    else:
        command = [sys.executable, __file__, str(port), str(folder / "s3")]
    with subprocess.Popen(command) as server:
        try:
            _await(port)
            yield port
        finally:
            server.terminate()


def _await(port: int) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the sink does not listen")


def serve(port: int, folder: Path) -> None:
    """Answer until this process is ended."""
    Sink.folder = folder
    with ThreadingHTTPServer(("127.0.0.1", port), Sink) as server:
        server.serve_forever()


if __name__ == "__main__":
    serve(int(sys.argv[1]), Path(sys.argv[2]))
