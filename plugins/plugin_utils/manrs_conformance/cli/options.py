"""What the parts of the command share."""

from __future__ import annotations

from pathlib import Path

import click

READABLE = click.Path(exists=True, path_type=Path)
USAGE, TAMPERED = 3, 4
"""Exit codes of the design: usage or internal error, bundle verification failed."""
