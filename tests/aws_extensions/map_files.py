"""Step Functions: the list that a Distributed Map reads from S3, and the results it writes there.

moto looks for the parameters of a ResultWriter in the results and not in the input of the state,
writes a manifest that names no files, and has no error of its own for a list it cannot read.
https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.stepfunctions.parser.api import HistoryEventType
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import (
    StatesErrorName,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import (
    StatesErrorNameType,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_map.item_reader.item_reader_decl import (  # noqa: E501
    ItemReader,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_map.result_writer.result_writer_decl import (  # noqa: E501
    ResultWriter,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.credentials import (
    StateCredentials,
)

from .distributed_maps import Child, children_of
from .step_functions import client_for

if TYPE_CHECKING:
    from moto.stepfunctions.parser.asl.eval.environment import Environment

READER, WRITER = (
    StatesErrorNameType.StatesItemReaderFailed,
    StatesErrorNameType.StatesResultWriterFailed,
)
_moto_read = ItemReader._eval_body  # noqa: SLF001


def _read(self: ItemReader, env: Environment) -> None:
    try:
        _moto_read(self, env)
        if not isinstance(env.stack[-1], list):
            raise TypeError("Attempting to map over non-iterable node.")  # noqa: TRY301
    except FailureEventException:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the state fails with one error
        raise _failed(env, READER, str(error)) from None


def _write(self: ResultWriter, env: Environment) -> None:
    """Write what the children gave, and let that be the result of the state."""
    env.stack.append(env.states.get_input())
    self.parargs.eval(env=env)
    given, _input, _results = env.stack.pop(), env.stack.pop(), env.stack.pop()
    run = env.map_run_record_pool_manager.get_all()[-1]
    details = env.aws_execution_details
    prefix = given.get("Prefix", "")
    prefix += "/" if prefix and not prefix.endswith("/") else ""
    home = f"{prefix}{run.map_run_arn.rpartition(':')[2]}/"
    try:
        s3 = client_for(details.region, "s3", StateCredentials(role_arn=details.role_arn))
        key = _put(s3, given["Bucket"], home, run.map_run_arn, children_of(env, run.map_run_arn))
    except Exception as error:  # noqa: BLE001 - as above
        raise _failed(env, WRITER, str(error)) from None
    where = {"Bucket": given["Bucket"], "Key": key}
    env.stack.append({"MapRunArn": run.map_run_arn, "ResultWriterDetails": where})


def _put(s3: Any, bucket: str, home: str, map_run_arn: str, children: list[Child]) -> str:
    """Write a file for each status that children have, and the manifest; return its key."""
    files: dict[str, list[dict[str, Any]]] = {"FAILED": [], "PENDING": [], "SUCCEEDED": []}
    for status in ("SUCCEEDED", "FAILED"):
        ended = [
            _shown(each)
            for each in children
            if (each.status == "SUCCEEDED") == (status == "SUCCEEDED")
        ]
        if ended:
            body = json.dumps(ended).encode()
            s3.put_object(Bucket=bucket, Key=f"{home}{status}_0.json", Body=body)
            files[status].append({"Key": f"{home}{status}_0.json", "Size": len(body)})
    manifest = {"DestinationBucket": bucket, "MapRunArn": map_run_arn, "ResultFiles": files}
    s3.put_object(Bucket=bucket, Key=f"{home}manifest.json", Body=json.dumps(manifest).encode())
    return f"{home}manifest.json"


def _shown(child: Child) -> dict[str, Any]:
    """Return a child as the files of results have it."""
    shown = {
        "ExecutionArn": child.execution_arn,
        "Input": child.execution_input,
        "InputDetails": {"Included": True},
        "Name": child.name,
        "RedriveCount": 0,
        "RedriveStatus": "NOT_REDRIVABLE",
        "StartDate": child.start_date.isoformat(),
        "StateMachineArn": child.state_machine_arn,
        "Status": child.status,
        "StopDate": child.stop_date.isoformat() if child.stop_date else None,
    }
    if child.status == "SUCCEEDED":
        output = json.dumps(child.output)
        return shown | {"Output": output, "OutputDetails": {"Included": True}}
    return shown | {"Error": child.error, "Cause": child.cause}


def _failed(env: Environment, error: StatesErrorNameType, cause: str) -> FailureEventException:
    details: Any = {"executionFailedEventDetails": {"error": error.to_name(), "cause": cause}}
    return FailureEventException(
        FailureEvent(
            env=env,
            error_name=StatesErrorName(typ=error),
            event_type=HistoryEventType.MapStateFailed,
            event_details=details,
        )
    )


def install() -> None:
    """Read and write by these from now on."""
    ItemReader._eval_body = _read  # noqa: SLF001
    ResultWriter._eval_body = _write  # noqa: SLF001
