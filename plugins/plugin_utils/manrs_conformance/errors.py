"""Errors, told apart by what the operator does next."""

from __future__ import annotations


class ManrsError(Exception):
    """Something stopped the work; the message names the place and the remedy."""


class UsageError(ManrsError):
    """The command, option or file name is wrong: correct the call (exit code 3)."""


class InputError(ManrsError):
    """A file the operator wrote (intent, waivers, devices, sources) is wrong: correct the file (exit code 3)."""


class MergeError(InputError):
    """A fragment of configuration holds a line that the router would refuse: correct the fragment (exit code 3)."""


class CollectionError(ManrsError):
    """A router could not be read completely: its results are `error`, the others go on."""


class PushError(ManrsError):
    """A push was refused or rolled back: the message names the step and what the router holds now."""


class NoRevertError(PushError):
    """A router cannot take a change back by itself: prepare it as the message says, or do without the timer explicitly."""


class NotSavedError(PushError):
    """A change was confirmed and runs, but the router could not write its start-up configuration: make room and save."""


class BundleError(ManrsError):
    """An evidence bundle is not what was signed (exit code 4)."""


class Interrupted(ManrsError):
    """The operator stopped the work; the message says what was and what was not assessed (exit code 3)."""


class SelfTestError(ManrsError):
    """The tool does not find what it is known to find: nothing it says can be trusted (exit code 3)."""
