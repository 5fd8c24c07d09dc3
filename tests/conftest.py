"""Makes the checkout a collection, wherever it lies."""

from __future__ import annotations

import atexit
import shutil
import signal
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
COLLECTIONS = Path(tempfile.mkdtemp(prefix="manrs-collections-"))
atexit.register(shutil.rmtree, COLLECTIONS, ignore_errors=True)
LINK = COLLECTIONS / "ansible_collections" / "routesec" / "manrs"
LINK.parent.mkdir(parents=True)
LINK.symlink_to(CHECKOUT)


def pytest_configure() -> None:
    """Let Ansible find the collection in this process; Ctrl-C is heard here and by the programs that are tested, also in a shell's background."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        from ansible.plugins.loader import init_plugin_loader
    except ImportError:
        return
    init_plugin_loader([str(COLLECTIONS)])
