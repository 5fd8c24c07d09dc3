"""`python -m manrs_conformance.cli`: the `manrs` command without an installation."""

from __future__ import annotations

from . import main

main()
