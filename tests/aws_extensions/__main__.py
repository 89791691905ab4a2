"""`python -m aws_extensions PORT`: moto with the extensions on 127.0.0.1, for an hour at most."""

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
    faults,
    functions,
    map_files,
    recovery_points,
    restore_jobs,
    s3,
    s3_replication,
    s3_tiers,
    sns,
    step_functions,
    sts,
    waits,
)

LIFETIME_SECONDS = 3600  # where whoever started it died before ending it

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
    )
    for extension in extensions:
        extension.install()
    main(["-H", "127.0.0.1", "-p", port])
