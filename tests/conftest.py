"""Makes the checkout a collection, wherever it lies."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
COLLECTIONS = Path(tempfile.mkdtemp(prefix="manrs-collections-"))
atexit.register(shutil.rmtree, COLLECTIONS, ignore_errors=True)
LINK = COLLECTIONS / "ansible_collections" / "routesec" / "manrs"
LINK.parent.mkdir(parents=True)
LINK.symlink_to(CHECKOUT)


def pytest_configure() -> None:
    """Let Ansible find the collection in this process."""
    try:
        from ansible.plugins.loader import init_plugin_loader
    except ImportError:
        return
    init_plugin_loader([str(COLLECTIONS)])
