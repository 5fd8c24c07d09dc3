"""One SSH session to the router: Netmiko connects and verifies, each command runs in a channel of its own with its exit code."""

from __future__ import annotations

import contextlib
import json
import shlex
import socket
import time
from collections.abc import Mapping
from typing import Any

from napalm.base.exceptions import (
    CommandErrorException,
    CommitError,
    ConnectAuthError,
    ConnectionClosedException,
    ConnectionException,
    ConnectTimeoutError,
)
from netmiko import ConnectHandler, NetmikoAuthenticationException, NetmikoTimeoutException
from paramiko.ssh_exception import SSHException

NETMIKO = frozenset(
    {
        "port", "key_file", "passphrase", "use_keys", "allow_agent", "pkey", "ssh_config_file", "alt_host_keys", "alt_key_file",
        "disabled_algorithms", "keepalive", "conn_timeout", "auth_timeout", "banner_timeout", "sock", "disable_sha2_fix",
    }
)  # fmt: skip
NOISE = "vtysh_pam: Failed in account validation"


class Session:
    """Commands over SSH; nothing raised here carries a password."""

    def __init__(self, hostname: str, username: str, password: str, timeout: int, options: Mapping[str, Any]) -> None:
        self.hostname, self.timeout = hostname, timeout
        self.strict = bool(options.get("ssh_strict", True))
        self.shell = str(options.get("login_shell", "auto"))
        self.sudo = str(options.get("sudo", "sudo -n"))
        self.vtysh_path = str(options.get("vtysh_path", "vtysh"))
        self.agent_path = str(options.get("agent_path", "/usr/local/sbin/manrs-frr-agent"))
        if self.shell not in {"auto", "bash", "vtysh"}:
            raise ValueError("login_shell is auto, bash or vtysh")
        self._username = username
        self._arguments = {name: value for name, value in options.items() if name in NETMIKO and value is not None}
        self._arguments.setdefault("conn_timeout", timeout)
        self._arguments.setdefault("keepalive", max(3, min(30, timeout // 2)))
        self._arguments.update(device_type="linux", host=hostname, username=username, password=password or None)
        self._arguments.update(ssh_strict=self.strict, system_host_keys=bool(options.get("system_host_keys", self.strict)))
        if "key_file" in self._arguments:
            self._arguments.setdefault("use_keys", True)
        if self._arguments.get("alt_key_file"):
            self._arguments.setdefault("alt_host_keys", True)
        self._connection: Any = None

    def open(self) -> None:
        """Connect; ConnectAuthError, ConnectTimeoutError or ConnectionException say which of the three it was."""
        where = f"{self._username}@{self.hostname}:{self._arguments.get('port', 22)}"
        try:
            self._connection = ConnectHandler(**self._arguments, auto_connect=False)
            self._connection.fast_cli = False
            self._connect()
        except NetmikoAuthenticationException:
            raise ConnectAuthError(f"{where}: the router refused the password or key") from None
        except (NetmikoTimeoutException, TimeoutError) as error:
            if "known_hosts" in str(error):
                raise ConnectionException(f"{where}: the host key is not known; add it to known_hosts") from None
            raise ConnectTimeoutError(f"{where}: no SSH connection within {self._arguments['conn_timeout']} s") from None
        except (SSHException, OSError, EOFError) as error:
            text = str(error)
            if "known_hosts" in text or "host key" in text.lower():
                text = "the host key is not the known one, or not known; it is verified unless ssh_strict is false"
            raise ConnectionException(f"{where}: {text.splitlines()[0] if text else type(error).__name__}") from None
        if self.shell == "auto":
            self.shell = "bash" if self._execute("echo manrs-$((1+1))")[1].strip() == "manrs-2" else "vtysh"

    def _connect(self) -> None:
        # establish_connection alone: no terminal is needed, so no prompt has to be guessed (vtysh as login shell, banners, PS1).
        self._connection.establish_connection()
        transport = self._connection.remote_conn_pre.get_transport()
        # A dead link must not hold the caller for the quarter of an hour TCP would try: the keepalives have to be answered.
        with contextlib.suppress(OSError, AttributeError):
            transport.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, max(10, self.timeout) * 1000)

    def close(self) -> None:
        """End the session; a pending revert timer on the router goes on."""
        if self._connection is not None:
            self._connection.disconnect()
            self._connection = None

    def alive(self) -> bool:
        """Whether a command can still be run."""
        if self._connection is None:
            return False
        transport = self._connection.remote_conn_pre.get_transport()
        if transport is None or not transport.is_active():
            return False
        try:
            transport.send_ignore()
        except (OSError, EOFError, SSHException):
            return False
        return True

    def _execute(self, command: str, stdin: str = "", timeout: float | None = None) -> tuple[int, str, str]:
        if self._connection is None:
            raise ConnectionClosedException(f"{self.hostname}: the session is not open")
        limit = timeout or self.timeout + 1 + len(stdin) / 20_000
        try:
            transport = self._connection.remote_conn_pre.get_transport()
            channel = transport.open_session(timeout=limit)
            channel.settimeout(limit)
            channel.exec_command(command)
            if stdin:
                channel.sendall(stdin.encode())
            channel.shutdown_write()
            out, err = _drain(channel, limit)
            return channel.recv_exit_status(), out, err
        except TimeoutError:
            raise ConnectionException(f"{self.hostname}: no answer within {limit:.0f} s to: {command.split(' ', 1)[0]}") from None
        except (SSHException, OSError, EOFError, AttributeError) as error:
            raise ConnectionClosedException(f"{self.hostname}: the session was lost: {type(error).__name__}") from None

    def vtysh(self, command: str, timeout: float | None = None) -> str:
        """Output of one FRR command; CommandErrorException with what FRR said."""
        line = command if self.shell == "vtysh" else f"{self.vtysh_path} -c {shlex.quote(command)}"
        code, out, err = self._execute(line, timeout=timeout)
        problem = next((one for one in (out + "\n" + err).splitlines() if one.startswith("% ")), "")
        if problem.startswith(("% Unknown", "% Command incomplete", "% Ambiguous")) or (code != 0 and not out.strip()):
            said = problem or next((one for one in err.splitlines() if one.strip() and NOISE not in one), f"exit code {code}")
            raise CommandErrorException(f"{self.hostname}: {command}: {said}")
        return out

    def json(self, command: str, timeout: float | None = None) -> dict[str, Any]:
        """An FRR `… json` command, decoded; several concatenated documents are merged, nothing said is empty."""
        merged: dict[str, Any] = {}
        text = self.vtysh(command, timeout).strip()
        decoder = json.JSONDecoder()
        while text:
            if text[0] != "{":
                if text.startswith("%"):
                    return merged
                raise CommandErrorException(f"{self.hostname}: {command}: not JSON: {text[:80]}")
            try:
                document, end = decoder.raw_decode(text)
            except ValueError:
                raise CommandErrorException(f"{self.hostname}: {command}: broken JSON") from None
            merged.update(document)
            text = text[end:].strip()
        return merged

    def linux(self, command: str, privileged: bool = False, timeout: float | None = None) -> str:
        """Output of a shell command, through sudo when privileged; CommandErrorException with the router's words."""
        if self.shell == "vtysh":
            raise CommandErrorException(f"{self.hostname}: the login shell is vtysh, Linux commands cannot be run")
        line = f"{self.sudo} {command}" if privileged else f'PATH="$PATH:/usr/sbin:/sbin"; {command}'
        code, out, err = self._execute(line, timeout=timeout)
        if code != 0:
            raise CommandErrorException(f"{self.hostname}: {command}: {(err.strip().splitlines() or [f'exit code {code}'])[-1]}")
        return out

    def agent(self, *arguments: str, stdin: str = "", timeout: float | None = None) -> dict[str, Any]:
        """One verb of the router's agent; CommitError says what it refused (`kind` tells the case)."""
        if self.shell == "vtysh":
            raise CommitError(f"{self.hostname}: the login shell is vtysh: this account can only read")
        line = " ".join([self.sudo, self.agent_path, *map(shlex.quote, arguments)]).strip()
        code, out, err = self._execute(line, stdin, timeout or self.timeout + 180 + len(stdin) / 5_000)
        try:
            answer = dict(json.loads(out.strip().splitlines()[-1]))
        except (ValueError, IndexError):
            said = (err.strip().splitlines() or [f"exit code {code}"])[-1]
            raise CommitError(f"{self.hostname}: the agent did not answer (is it installed and allowed by sudo?): {said}") from None
        if not answer.get("ok"):
            error = CommitError(f"{self.hostname}: {answer.get('error')}")
            error.kind = answer.get("kind")  # type: ignore[attr-defined]
            raise error
        return answer


def _drain(channel: Any, limit: float) -> tuple[str, str]:
    """Both streams to their end; the limit is on silence, so that large output is not cut off."""
    out, err = bytearray(), bytearray()
    last = time.monotonic()
    while True:
        moved = False
        if channel.recv_ready():
            out += channel.recv(1 << 17)
            moved = True
        if channel.recv_stderr_ready():
            err += channel.recv_stderr(1 << 16)
            moved = True
        if moved:
            last = time.monotonic()
        elif channel.eof_received and channel.exit_status_ready() and not _waiting(channel):
            return out.decode(errors="replace"), err.decode(errors="replace")
        elif channel.closed and not _waiting(channel):
            raise EOFError
        elif time.monotonic() - last > limit:
            channel.close()
            raise TimeoutError
        else:
            time.sleep(0.005)


def _waiting(channel: Any) -> bool:
    return bool(channel.recv_ready() or channel.recv_stderr_ready())
