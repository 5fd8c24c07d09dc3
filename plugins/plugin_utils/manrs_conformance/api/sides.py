"""Both sides of a change assessed, at the same time where that pays."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import threading
from collections.abc import Sequence
from multiprocessing.connection import Connection

from ..errors import ManrsError
from ..model.snapshot import Snapshot
from .assess import Assessment, Inputs, audit_inputs

LARGE = 400_000
"""Characters of configuration from which on a second process costs less than it saves: about ten thousand lines."""


def assess_both(
    base: Sequence[Snapshot], candidate: Sequence[Snapshot], inputs: tuple[Inputs, Inputs], *, parallel: bool
) -> tuple[Assessment, Assessment]:
    """The base's and the candidate's assessment, each by its inputs: the same rules, and what the sources said on its side.

    With `parallel` a process of its own assesses the base, when the texts are large and this process may be copied: it has one thread
    and another processor. When that process is lost its work is done here.
    """
    if not (parallel and _may_fork() and sum(len(one.config) for one in base) > LARGE):
        return audit_inputs(base, inputs[0]), audit_inputs(candidate, inputs[1])
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    worker = context.Process(target=_assess, args=(theirs, base, inputs[0]), daemon=True)
    worker.start()
    theirs.close()
    after = audit_inputs(candidate, inputs[1])
    found = None
    with contextlib.suppress(EOFError, OSError, pickle.UnpicklingError), ours:
        found = pickle.loads(ours.recv_bytes())
    worker.join()
    if isinstance(found, ManrsError):
        raise found
    return found if isinstance(found, Assessment) else audit_inputs(base, inputs[0]), after


def _may_fork() -> bool:
    return "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1 and (os.cpu_count() or 1) > 1


def _assess(pipe: Connection, base: Sequence[Snapshot], inputs: Inputs) -> None:
    found: Assessment | ManrsError
    try:
        found = audit_inputs(base, inputs)
    except ManrsError as error:
        found = error
    pipe.send_bytes(pickle.dumps(found, pickle.HIGHEST_PROTOCOL))
