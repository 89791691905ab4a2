"""`python -m aws_extensions PORT`: moto with the extensions on 127.0.0.1, for hours at most."""

from __future__ import annotations

import os
import signal
import sys

from moto.server import main

from . import (
    accounts,
    autoscaling,
    backup,
    calls,
    clock,
    cloudformation,
    copy_jobs,
    distributed_maps,
    dynamodb,
    dynamodb_batches,
    dynamodb_conditions,
    dynamodb_export_failures,
    dynamodb_exports,
    dynamodb_history,
    dynamodb_imports,
    dynamodb_items,
    dynamodb_moments,
    dynamodb_requests,
    dynamodb_restores,
    dynamodb_updates,
    economy,
    faults,
    functions,
    map_files,
    recovery_points,
    repeats,
    restore_jobs,
    s3,
    s3_replication,
    s3_tiers,
    sns,
    step_functions,
    sts,
    waits,
)

# Where whoever started it died before ending it; the slowest run of all tests takes less.
LIFETIME_SECONDS = 6 * 3600

if __name__ == "__main__":
    signal.alarm(LIFETIME_SECONDS)
    port = sys.argv[1]
    # moto's own services, and the CloudFormation types here, call each other at this port.
    os.environ["MOTO_PORT"] = port
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    extensions = (
        accounts,
        autoscaling,
        backup,
        recovery_points,
        restore_jobs,
        calls,
        clock,
        cloudformation,
        copy_jobs,
        distributed_maps,
        dynamodb,
        dynamodb_batches,
        dynamodb_conditions,
        dynamodb_export_failures,
        dynamodb_exports,
        dynamodb_history,
        dynamodb_items,
        dynamodb_moments,
        dynamodb_imports,  # around DescribeTable
        dynamodb_requests,
        dynamodb_restores,
        dynamodb_updates,
        economy,
        functions,
        map_files,
        s3,
        s3_replication,
        s3_tiers,
        sns,
        step_functions,
        sts,
        waits,
        faults,  # around the calls that are recorded
        repeats,  # around all that answers
    )
    for extension in extensions:
        extension.install()
    main(["-H", "127.0.0.1", "-p", port])
