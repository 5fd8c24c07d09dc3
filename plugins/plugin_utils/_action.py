# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
"""Base of the actions: arguments, the NAPALM session of a host, the run directory, and errors as Ansible shows them."""

from __future__ import annotations

import contextlib
import importlib.machinery
import importlib.util
import sys
from functools import partial
from pathlib import Path
from typing import ClassVar

from ansible.errors import AnsibleActionFail
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase

try:
    import napalm

    NAPALM_ERROR = None
except ImportError as error:
    napalm = None
    NAPALM_ERROR = str(error)

ENGINE = f"{__package__}.manrs_conformance"


class CompiledEngine:
    """Finds the engine's modules as Python finds any other: with compiled files beside them. Ansible compiles what is in a collection anew for
    each playbook, which would cost a second."""

    @staticmethod
    def find_spec(name, path, _target=None):
        """The module of that name, when it is one of the engine's."""
        if name != ENGINE and not name.startswith(ENGINE + "."):
            return None
        loader = (importlib.machinery.SourceFileLoader, importlib.machinery.SOURCE_SUFFIXES)
        found = (importlib.machinery.FileFinder(one, loader).find_spec(name) for one in path or ())
        return next((one for one in found if one is not None), None)


sys.meta_path.insert(0, CompiledEngine)

from .manrs_conformance import api, platforms  # noqa: E402
from .manrs_conformance.collect import connection, names  # noqa: E402
from .manrs_conformance.errors import ManrsError  # noqa: E402

# Here, once, and not in the process that Ansible forks for each host: a second for all of them, and a tenth for each host.
for known in platforms.names():
    platforms.load(known)
for known in api.__all__:
    getattr(api, known)


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

    def system_name(self, args, task_vars):
        """What the inventory calls the router's system: the option, else `ansible_network_os`."""
        text = args.get("platform") or self.var(task_vars, "manrs_platform", "ansible_network_os")
        if not text:
            raise AnsibleActionFail("no platform: set `platform`, `manrs_platform` or `ansible_network_os`")
        return str(text)

    def platform(self, args, task_vars):
        """Platform of the host."""
        return names.platform_of(self.system_name(args, task_vars))

    def opener(self, args, task_vars):
        """A function that opens a fresh NAPALM session to the host, whether that verifies the router, and the secrets it uses."""
        if napalm is None:
            raise AnsibleActionFail(f"the Python library napalm is missing on the controller: {NAPALM_ERROR}")
        planned = connection.plan(self.wanted(args, task_vars))
        if planned.driver == "frr":
            _offer_frr()
        driver = napalm.get_network_driver(planned.driver)
        return partial(connection.open_session, planned, driver), planned.verified, list(planned.secrets)

    def wanted(self, args, task_vars):
        """How to reach the host, from the variables that inventories use."""
        text = partial(self._text, task_vars)
        transport = self._transport(task_vars)
        port = text(f"ansible_{transport}_port", "ansible_port", "ansible_ssh_port")
        become = boolean(self._inventory(task_vars, "ansible_become") or False)
        arguments = text("ansible_ssh_common_args", default="") or text("ansible_ssh_extra_args", default="")
        return connection.Wanted(
            system=names.system_of(self.system_name(args, task_vars), text("manrs_napalm_driver"), transport),
            address=text("ansible_host", default=self.host(task_vars)),
            username=text("ansible_user", "ansible_ssh_user", default=""),
            password=text("ansible_password", "ansible_ssh_password", "ansible_ssh_pass", "ansible_httpapi_password", default=""),
            enable=text("ansible_become_password", "ansible_become_pass", default="") if become else "",
            key_file=text("ansible_private_key_file", "ansible_ssh_private_key_file"),
            passphrase=text("ansible_private_key_passphrase", "ansible_ssh_private_key_passphrase"),
            port=int(port) if port else None,
            transport=transport,
            tls=self._flag(task_vars, "ansible_httpapi_use_ssl", default=None if transport != "httpapi" else False),
            verify_tls=self._flag(task_vars, "ansible_httpapi_validate_certs", default=True),
            verify_host_key=self._flag(task_vars, "ansible_host_key_checking", "ansible_ssh_host_key_checking", default=True),
            known_hosts=text("manrs_known_hosts"),
            ca=text("ansible_httpapi_ca_path", "manrs_ca"),
            proxy_command=connection.proxy_command(arguments) if arguments else None,
            timeout=int(text("manrs_timeout", default="60")),
            optional=_plain(dict(self.var(task_vars, "manrs_napalm_optional_args", "napalm_optional_args", default={}))),
        )

    def _text(self, task_vars, *found, default=None):
        value = self.var(task_vars, *found)
        return default if value is None else str(value)

    def _flag(self, task_vars, *found, default):
        value = self.var(task_vars, *found)
        return default if value is None else boolean(value)

    def _transport(self, task_vars):
        """Last word of the connection plugin in the inventory."""
        return str(self._inventory(task_vars, "ansible_connection") or "").rsplit(".", maxsplit=1)[-1]

    def _inventory(self, task_vars, name):
        """A variable as the inventory has it: the playbooks work locally and without become, whatever it says."""
        own = (task_vars.get("hostvars") or {}).get(self.host(task_vars)) or {}
        given = own.get(name)
        return self._templar.template(task_vars.get(name) if given is None else given)

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


def _plain(args):
    """Arguments as plain Python values: the tags Ansible puts on strings stay behind."""
    if isinstance(args, dict):
        return {str(key): _plain(value) for key, value in args.items()}
    if isinstance(args, list):
        return [_plain(one) for one in args]
    return str(args) if isinstance(args, str) else args
