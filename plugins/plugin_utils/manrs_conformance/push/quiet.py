"""Secrets of configurations stay out of everything that a push tells: journal, reasons, differences."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterator

from ..errors import PushError
from ..evidence.redact import Scrubber, secret_values
from ..model.router import Router
from ..model.snapshot import Snapshot
from .protocol import Pushed

Clean = Callable[[str], str]
"""Takes the secrets out of a text."""


def cleaner(snapshot: Snapshot, router: Router, merged: str = "", predicted: Router | None = None) -> Clean:
    """Takes out what is secret in a configuration, and in the one that a candidate leads to: a template may bring a password."""
    texts, routers = {"was": snapshot}, {"was": router}
    if predicted is not None:
        texts["is"], routers["is"] = dataclasses.replace(snapshot, config=merged), predicted
    return Scrubber(secret_values(texts, routers)).text


@contextlib.contextmanager
def refusals(clean: Clean) -> Iterator[None]:
    """A refusal within may quote lines that the router did not take."""
    try:
        yield
    except PushError as error:
        error.args = (clean(str(error)),)
        raise


def told(done: Pushed, clean: Clean) -> Pushed:
    """How a push ended, without secrets."""
    return dataclasses.replace(done, diff=clean(done.diff), because=clean(done.because))
