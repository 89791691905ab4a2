"""Step Functions: each item of a Distributed Map runs in a child execution, and failures count.

moto runs the items without a trace of what happened in them, and tolerates every failure. Here a
child has, as on AWS, an execution of its own (`ListExecutions` with the ARN of the map run lists
them, `DescribeExecution` and `GetExecutionHistory` show them) and a context of its own: within it
`$$.Execution` and `$$.StateMachine` are the child's, and there is no `$$.Map`. Whether more failed
than is tolerated is judged when all have ended; AWS stops the rest as soon as it is so.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from moto.core.responses import ActionResult
from moto.stepfunctions.parser.api import ExecutionStatus, HistoryEventType
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
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration import (
    distributed_iteration_component,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.itemprocessor import (
    distributed_item_processor_worker,
)
from moto.stepfunctions.parser.asl.eval.event.event_manager import EventHistoryContext, EventManager
from moto.stepfunctions.parser.asl.eval.program_state import (
    ProgramEnded,
    ProgramError,
    ProgramStopped,
)
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.models import (
    StepFunctionsParserBackend,
    stepfunctions_parser_backends,
)
from moto.stepfunctions.responses import StepFunctionResponse

from .calls import record
from .operations import state
from .step_functions import SESSION_NAME
from .sts import service_session

if TYPE_CHECKING:
    from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.job import Job
    from moto.stepfunctions.parser.asl.eval.environment import Environment

Component = distributed_iteration_component.DistributedIterationComponent
Worker = distributed_item_processor_worker.DistributedItemProcessorWorker
SERVICE = "states.amazonaws.com"
# A whole number is one as well, which moto's grammar does not take.
_WHOLE_PERCENTAGE = re.compile(r'(?<!\\)("ToleratedFailurePercentage"\s*:\s*\d+)(?=\s*[,}])')
_moto_parse = AmazonStateLanguageParser.parse
_moto_map_run = Component._map_run  # noqa: SLF001
_moto_describe_execution = StepFunctionsParserBackend.describe_execution
_moto_list_executions = StepFunctionResponse.list_executions


@dataclass(kw_only=True)
class Child:
    """The execution of one item, with the members that moto's responses show of an execution."""

    execution_arn: str
    map_run_arn: str
    state_machine_arn: str
    name: str
    execution_input: str
    events: EventManager = field(default_factory=EventManager)
    exec_status: ExecutionStatus = ExecutionStatus.RUNNING
    start_date: datetime = field(default_factory=lambda: datetime.now(UTC))
    stop_date: datetime | None = None
    output: Any = None
    output_details: dict[str, bool] = field(default_factory=lambda: {"included": True})
    error: str | None = None
    cause: str | None = None

    @property
    def status(self) -> str:
        return str(self.exec_status.value)

    def to_history_output(self) -> dict[str, Any]:
        return {"events": self.events.get_event_history()}

    def listed(self) -> dict[str, Any]:
        shown = {
            "executionArn": self.execution_arn,
            "stateMachineArn": self.state_machine_arn,
            "mapRunArn": self.map_run_arn,
            "name": self.name,
            "status": self.status,
            "startDate": self.start_date,
        }
        return shown | ({"stopDate": self.stop_date} if self.stop_date else {})


def _parse(definition: str) -> Any:
    return _moto_parse(_WHOLE_PERCENTAGE.sub(r"\1.0", definition))


def _children(account_id: str, region: str) -> dict[str, Child]:
    return state(stepfunctions_parser_backends[account_id][region], "children")


def children_of(env: Environment, map_run_arn: str) -> list[Child]:
    """Return the children of a map run, in the order in which they began."""
    details = env.aws_execution_details
    found = _children(details.account, details.region).values()
    return [child for child in list(found) if child.map_run_arn == map_run_arn]


def _map_run(self: Any, env: Environment, eval_input: Any) -> None:
    """Run all items, and fail if more of them failed than is tolerated."""
    run, details = eval_input.map_run_record, env.aws_execution_details
    session = service_session(details.role_arn, SESSION_NAME, details.region)
    machine = run.map_state_machine_arn.rpartition("/")[0]
    started = {"stateMachineArn": machine}
    record(session, "states", "StartExecution", started, details.region, invoked_by=SERVICE)
    _moto_map_run(self, env, eval_input)
    counted = run.execution_counter
    failed, total = counted.failed.get() + counted.timed_out.get(), counted.total.get()
    count, percentage = run.tolerated_failure_count, run.tolerated_failure_percentage
    over_count = (count or not percentage) and failed > count
    over_percentage = (percentage or not count) and failed * 100 > percentage * total
    if over_count or over_percentage:
        name = StatesErrorNameType.StatesExceedToleratedFailureThreshold
        cause = "The specified tolerated failure threshold was exceeded"
        failed_details: Any = {
            "executionFailedEventDetails": {"error": name.to_name(), "cause": cause}
        }
        raise FailureEventException(
            FailureEvent(
                env=env,
                error_name=StatesErrorName(typ=name),
                event_type=HistoryEventType.MapStateFailed,
                event_details=failed_details,
            )
        )


def _eval_job(self: Any, env: Environment, job: Job) -> None:
    run = self._map_run_record
    counters = (run.item_counter, run.execution_counter)
    for counter in counters:
        counter.total.count()
        counter.running.count()
    context = env.states.context_object.context_object_data
    context["Map"] = {"Item": {"Index": job.job_index, "Value": job.job_input}}
    env.states.reset(job.job_input)
    env.stack.append(env.states.get_input())
    try:
        self._eval_input(env_frame=env)
        child = _begin(env, run)
        job.job_program.eval(env)
        _end(env, child)
        job.job_output = child.output
        ended = child.exec_status
    except FailureEventException:  # of an ItemSelector, before there is a child
        ended = ExecutionStatus.FAILED
    for counter in counters:
        counter.running.offset(-1)
        _counter(counter, ended).count()


def _counter(counters: Any, status: ExecutionStatus) -> Any:
    return {
        ExecutionStatus.SUCCEEDED: counters.succeeded,
        ExecutionStatus.ABORTED: counters.aborted,
        ExecutionStatus.TIMED_OUT: counters.timed_out,
    }.get(status, counters.failed)


def _begin(env: Environment, run: Any) -> Child:
    """Let the frame of a job be that of a child execution from now on."""
    details, given = env.aws_execution_details, env.states.get_input()
    machine, name = run.map_state_machine_arn, str(uuid4())
    arn = f"{machine.replace(':stateMachine:', ':execution:')}:{name}"
    child = Child(
        execution_arn=arn,
        map_run_arn=run.map_run_arn,
        state_machine_arn=machine,
        name=name,
        execution_input=json.dumps(given),
    )
    context: Any = env.states.context_object.context_object_data
    context.pop("Map")
    started = child.start_date.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    execution = {"Id": arn, "Name": name, "Input": given, "StartTime": started}
    context["Execution"] = context["Execution"] | execution
    context["StateMachine"] = {"Id": machine, "Name": machine.rpartition(":")[2]}
    env.event_manager = child.events
    env.event_history_context = EventHistoryContext.of_program_start()
    told = {"input": child.execution_input, "inputDetails": {"truncated": False}}
    _tell(env, "ExecutionStarted", told | {"roleArn": details.role_arn})
    env.event_history_context.source_event_id = 0
    _children(details.account, details.region)[arn] = child
    return child


def _end(env: Environment, child: Child) -> None:
    ended = env.program_state()
    if isinstance(ended, ProgramEnded):
        child.output = env.states.get_input()
        output = {"output": json.dumps(child.output), "outputDetails": {"truncated": False}}
        _tell(env, "ExecutionSucceeded", output)
        child.exec_status = ExecutionStatus.SUCCEEDED
    elif isinstance(ended, ProgramError):
        failed: dict[str, Any] = {
            k: v for k, v in (ended.error or {}).items() if k in {"error", "cause"}
        }
        child.error, child.cause = failed.get("error"), failed.get("cause")
        _tell(env, "ExecutionFailed", failed)
        child.exec_status = ExecutionStatus.FAILED
    elif isinstance(ended, ProgramStopped):
        _tell(env, "ExecutionAborted", {})
        child.exec_status = ExecutionStatus.ABORTED
    else:
        _tell(env, "ExecutionTimedOut", {})
        child.exec_status = ExecutionStatus.TIMED_OUT
    child.stop_date = datetime.now(UTC)


def _tell(env: Environment, event: str, details: dict[str, Any]) -> None:
    named: Any = {f"{event[0].lower()}{event[1:]}EventDetails": details}
    env.event_manager.add_event(
        context=env.event_history_context,
        event_type=HistoryEventType(event),
        event_details=named,
    )


def _describe_execution(self: StepFunctionsParserBackend, execution_arn: str) -> Any:
    child = _children(self.account_id, self.region_name).get(execution_arn)
    return child or _moto_describe_execution(self, execution_arn)


def _list_executions(self: StepFunctionResponse) -> Any:
    """List the children of a map run, newest first, as AWS lists executions."""
    map_run, status = self._get_param("mapRunArn"), self._get_param("statusFilter")
    if map_run is None:
        return _moto_list_executions(self)
    listed = [
        child.listed()
        for child in reversed(list(_children(self.current_account, self.region).values()))
        if child.map_run_arn == map_run and status in {None, child.status}
    ]
    start = int(self._get_param("nextToken") or 0)
    end = start + (self._get_int_param("maxResults") or len(listed))
    more = {"nextToken": str(end)} if end < len(listed) else {}
    return ActionResult({"executions": listed[start:end], **more})


def install() -> None:
    """Give items executions of their own; around what `step_functions` puts in place."""
    AmazonStateLanguageParser.parse = staticmethod(_parse)
    Component._map_run = _map_run  # noqa: SLF001
    Worker._eval_job = _eval_job  # noqa: SLF001
    StepFunctionsParserBackend.describe_execution = _describe_execution
    StepFunctionResponse.list_executions = _list_executions
