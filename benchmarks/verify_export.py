"""What verifying an export of many files takes: peak memory, CPU time and wall time.

The very zip of `verify_export`, in a process of its own, against a stub of S3 in another one that
answers at once. So wall time is that of two processes on this machine, without a network and
without TLS; CPU time is what Lambda has to give. Exits 1 beyond the bounds below.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from generator.bundle import bundle

FILES = (1_000, 10_000)
MOST_MB = 256
# Beyond what imports take; the same for any number of files.
MOST_MB_BEYOND_IMPORT = 32
# Half of the function's time-out. Lambda gives a whole CPU to 1,769 MB, and a share to less.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
MOST_SECONDS, WHOLE_CPU_MB = 450, 1_769
ITEMS, BYTES, ETAG = 1_000, 4_096, "0123456789abcdef0123456789abcdef-1"
BUCKET, PREFIX, EXPORT_ID = "exports", "gold/full/orders", "01764032400000-a1b2c3d4"
TABLE = {"name": "orders", "arn": "arn:aws:dynamodb:eu-central-1:123456789012:table/orders"}
FOLDER = f"{PREFIX}/AWSDynamoDB/{EXPORT_ID}"
MEASURE = """
import json, resource, sys, time
sys.path.insert(0, sys.argv[1])
import boto3
from blueprints.functions.verify_export.handler import handler

def used():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime, time.monotonic()

before = used()
answer = handler(json.load(sys.stdin), None)
after = used()
print(json.dumps({"before": before, "after": after, "answer": answer}))
"""


def event() -> dict[str, Any]:
    """Return what the state machine calls the function with."""
    moment = "2026-11-25T01:00:00Z"
    plan = {
        "kind": "full",
        "from": moment,
        "to": moment,
        "chain": moment,
        "starts_chain": True,
        "prefix": PREFIX,
        "table_id": "1",
        "reason": None,
    }
    export = {
        "class": "gold",
        "format": "DYNAMODB_JSON",
        "bucket": BUCKET,
        "replicas": [],
        "bucket_owner": "123456789012",
        "bucket_region": "eu-central-1",
        "keep_days": 46,
    }
    exported = {
        "export_arn": f"{TABLE['arn']}/export/{EXPORT_ID}",
        "manifest_key": f"{FOLDER}/manifest-summary.json",
    }
    place = {"catalogue_bucket": "catalogue"}
    request = {"table": TABLE}
    return {
        "plan": plan,
        "export": export,
        "exported": exported,
        "place": place,
        "request": request,
    }


def manifests(files: int) -> dict[str, bytes]:
    """Return the objects that are no data files."""
    asked = event()
    summary = {
        "exportArn": asked["exported"]["export_arn"],
        "tableArn": TABLE["arn"],
        "tableId": asked["plan"]["table_id"],
        "exportTime": asked["plan"]["to"],
        "s3Bucket": BUCKET,
        "s3Prefix": PREFIX,
        "manifestFilesS3Key": f"{FOLDER}/manifest-files.json",
        "billedSizeBytes": files * BYTES,
        "itemCount": files * ITEMS,
        "outputFormat": "DYNAMODB_JSON",
    }
    lines = (
        {
            "itemCount": ITEMS,
            "md5Checksum": "sQMSpEILNgoQmarvDFonGQ==",
            "etag": ETAG,
            "dataFileS3Key": f"{FOLDER}/data/{number:026}.json.gz",
        }
        for number in range(files)
    )
    return {
        f"/{BUCKET}/{FOLDER}/manifest-summary.json": json.dumps(summary).encode(),
        f"/{BUCKET}/{FOLDER}/manifest-files.json": "".join(
            f"{json.dumps(line)}\n" for line in lines
        ).encode(),
    }


def serve(files: int) -> None:
    """Answer as S3 does, until this process is ended; says its port first."""
    objects = manifests(files)

    class Stub(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._answer(objects[self.path.partition("?")[0]])

        def do_HEAD(self) -> None:
            self._answer(None)

        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(b"")

        def _answer(self, body: bytes | None) -> None:
            self.send_response(200)
            self.send_header("ETag", f'"{ETAG}"')
            self.send_header("Content-Length", str(BYTES if body is None else len(body)))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Stub) as server:
        print(server.server_port, flush=True)
        server.serve_forever()


@contextmanager
def stub(files: int) -> Iterator[str]:
    """Run the stub in another process; give its address."""
    command = [sys.executable, __file__, "serve", str(files)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.terminate()


def measured(code: Path, files: int) -> dict[str, Any]:
    """Return what the function used before and after its work, and its answer."""
    with stub(files) as address:
        done = subprocess.run(
            [sys.executable, "-c", MEASURE, str(code)],
            cwd=code.parent,
            env={
                **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
                "AWS_ACCESS_KEY_ID": "testing",
                "AWS_SECRET_ACCESS_KEY": "testing",
                "AWS_REGION": "eu-central-1",
                "AWS_DEFAULT_REGION": "eu-central-1",
                "AWS_ENDPOINT_URL_S3": address,
                "AWS_EC2_METADATA_DISABLED": "true",
            },
            input=json.dumps(event()),
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise SystemExit(f"verify_export failed:\n{done.stdout}{done.stderr}")
    used: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert used["answer"]["items"] == files * ITEMS
    return used


def main() -> int:
    """Measure each number of files; return the exit status."""
    over = False
    with tempfile.TemporaryDirectory() as folder:
        code = Path(folder, "verify_export.zip")
        code.write_bytes(bundle("verify_export").content)
        for files in FILES:
            used = measured(code, files)
            (mb, cpu, wall), (peak, cpu_after, wall_after) = used["before"], used["after"]
            cpu, wall = cpu_after - cpu, wall_after - wall
            in_lambda = cpu * WHOLE_CPU_MB / MOST_MB
            print(
                f"{files:,} files: peak {peak:.0f} MB, {peak - mb:.0f} MB beyond import; "
                f"{cpu:.1f} s of CPU, which a function of {MOST_MB} MB has in {in_lambda:.0f} s; "
                f"{wall:.1f} s here"
            )
            over |= peak > MOST_MB or peak - mb > MOST_MB_BEYOND_IMPORT or in_lambda > MOST_SECONDS
    return 1 if over else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(int(sys.argv[2]))
    sys.exit(main())
