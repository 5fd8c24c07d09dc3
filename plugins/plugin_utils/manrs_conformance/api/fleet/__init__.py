"""A thousand routers: read, judged and concluded with bounded memory, on as many processes as there are."""

from __future__ import annotations

from .cache import Cache
from .dask import Cluster, Lost, OnDask
from .run import audit_fleet
from .sources import Snapshots, Text, of_files, of_run, of_snapshots

__all__ = ["Cache", "Cluster", "Lost", "OnDask", "Snapshots", "Text", "audit_fleet", "of_files", "of_run", "of_snapshots"]
