# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
"""Base of the actions: arguments, the NAPALM session of a host, the run directory, and errors as Ansible shows them."""

from __future__ import annotations

import contextlib
import importlib.util
import sys
from pathlib import Path
from typing import ClassVar

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

try:
    import napalm

    NAPALM_ERROR = None
except ImportError as error:
    napalm = None
    NAPALM_ERROR = str(error)

from .manrs_conformance.errors import ManrsError

PLATFORMS = {
    "frr": "frr",
    "frrouting": "frr",
    "ios": "ios",
    "iosxe": "ios",
    "eos": "eos",
    "junos": "junos",
    "nxos": "nxos",
    "iosxr": "iosxr",
}
"""`ansible_network_os` (last word of a full name) to platform."""


class ManrsAction(ActionBase):
    """What the actions share; each gives `SPEC` and `work`."""

    _requires_connection = False
    TRANSFERS_FILES = False
    SPEC: ClassVar[dict] = {}

    def run(self, tmp=None, task_vars=None):
        """Validate, work, and turn the engine's errors into one clear message."""
        super().run(tmp, task_vars)
        _result, args = self.validate_argument_spec(argument_spec=self.SPEC)
        try:
            return self.work(_plain(args), task_vars or {})
        except ManrsError as error:
            raise AnsibleActionFail(str(error)) from None
        except OSError as error:
            raise AnsibleActionFail(f"{error.filename or 'file'}: {error.strerror or error}") from None

    def work(self, args, task_vars):
        """Do what the action is for; returns the result dictionary."""
        raise AnsibleActionFail("this action has no work")

    def var(self, task_vars, *names, default=None):
        """The first of several host variables that is set, templated."""
        for name in names:
            if task_vars.get(name) is not None:
                return self._templar.template(task_vars[name])
        return default

    def host(self, task_vars):
        """Name of the host in the inventory."""
        return str(task_vars["inventory_hostname"])

    def platform(self, args, task_vars):
        """Platform of the host: the option, else `ansible_network_os`."""
        text = args.get("platform") or self.var(task_vars, "manrs_platform", "ansible_network_os")
        if not text:
            raise AnsibleActionFail("no platform: set `platform`, `manrs_platform` or `ansible_network_os`")
        name = str(text).rsplit(".", maxsplit=1)[-1]
        return PLATFORMS.get(name, name)

    def opener(self, platform, task_vars):
        """A function that opens a fresh NAPALM session to the host; its context closes it."""
        if napalm is None:
            raise AnsibleActionFail(f"the Python library napalm is missing on the controller: {NAPALM_ERROR}")
        optional = dict(self.var(task_vars, "manrs_napalm_optional_args", "napalm_optional_args", default={}))
        port = self.var(task_vars, "ansible_port", "ansible_ssh_port")
        if port:
            optional.setdefault("port", int(port))
        key = self.var(task_vars, "ansible_private_key_file", "ansible_ssh_private_key_file")
        if key:
            optional.setdefault("key_file", str(Path(str(key)).expanduser()))
            optional.setdefault("use_keys", True)
        strict = bool(self.var(task_vars, "ansible_host_key_checking", default=True))
        if platform == "frr":
            optional.setdefault("ssh_strict", strict)
        if platform == "frr":
            _offer_frr()
        driver = napalm.get_network_driver(str(self.var(task_vars, "manrs_napalm_driver", default=platform)))
        address = str(self.var(task_vars, "ansible_host", default=self.host(task_vars)))
        user = str(self.var(task_vars, "ansible_user", "ansible_ssh_user", default=""))
        secret = str(self.var(task_vars, "ansible_password", "ansible_ssh_pass", default="") or "")
        timeout = int(self.var(task_vars, "manrs_timeout", default=60))

        def connect():
            session = driver(hostname=address, username=user, password=secret, timeout=timeout, optional_args=dict(optional))
            session.open()
            return session

        return connect, bool(optional.get("ssh_strict", strict)), [one for one in (secret, str(optional.get("secret", ""))) if one]

    @contextlib.contextmanager
    def session(self, connect):
        """An open session, closed whatever happens."""
        driver = connect()
        try:
            yield driver
        finally:
            with contextlib.suppress(Exception):
                driver.close()


def _offer_frr():
    """Let NAPALM find the FRR driver that the collection carries, unless one is installed."""
    if importlib.util.find_spec("napalm_frr") is None:
        sys.path.append(str(Path(__file__).parents[1] / "napalm"))


def scrub(text, secrets):
    """A message without any of the secrets."""
    for one in secrets:
        text = text.replace(one, "********")
    return text


def _plain(args):
    """Arguments as plain Python values: the tags Ansible puts on strings stay behind."""
    if isinstance(args, dict):
        return {str(key): _plain(value) for key, value in args.items()}
    if isinstance(args, list):
        return [_plain(one) for one in args]
    return str(args) if isinstance(args, str) else args
