"""IOS: the command line with privilege levels, files, archive, `configure replace` and the revert timer; NX-OS and EOS over SSH beside it."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime

from . import conf, eos, nxos, shows
from .device import Device
from .population import hostname

EXEC = ("show ", "copy ", "configure ", "write ", "delete ", "more ", "dir", "verify ", "terminal ", "clear ")
"""Commands of the EXEC mode, which IOS does not take in configuration mode (NX-OS does)."""
INVALID = "                ^\n% Invalid input detected at '^' marker.\n"


class IosTerminal:
    """One SSH session of an IOS router."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.level = 1 if device.secret else 15
        self.asking = False
        self.typed: list[str] | None = None
        self.copying: tuple[str, str] | None = None

    def prompt(self) -> str:
        """`name>`, `name#` or `name(config)#`."""
        if self.asking:
            return "Password: "
        if self.copying is not None:
            return f"Destination filename [{_name(self.copying[1])}]? "
        mark = "(config)#" if self.typed is not None else "#" if self.level == 15 else ">"
        return f"{hostname(self.device)}{mark}"

    def hides(self) -> bool:
        """Whether a password is asked for."""
        return self.asking

    def refuses(self, line: str) -> str:
        """What IOS says to what it does not take."""
        return INVALID

    def echoes(self) -> bool:
        """Everything is repeated."""
        return True

    def told(self, line: str) -> str:
        """A line as it was typed, unless it is a password."""
        return "(password)" if self.asking else line

    def gone(self) -> None:
        """Nothing is held by a session."""

    def run(self, line: str) -> str | None:
        """Answer of one line; None ends the session."""
        command = " ".join(line.split())
        if self.asking:
            self.asking = False
            self.level = 15 if line == self.device.secret else 1
            return "" if self.level == 15 else "% Bad secrets\n"
        if self.copying is not None:
            source, target = self.copying
            self.copying = None
            return self._copy(source, command or target)
        if self.typed is not None:
            return self._configure(command)
        if command == "enable":
            self.asking = self.level != 15
            return ""
        if command in ("exit", "logout", "quit"):
            return None
        if not command or command.startswith("terminal "):
            return ""
        if self.level != 15 and command.startswith(("show running-config", "show startup-config", "configure", "copy", "write")):
            return INVALID
        return self._exec(command)

    def _configure(self, command: str) -> str:
        assert self.typed is not None
        if command == "end" or (command == "exit" and not self.typed):
            self._apply(self.typed)
            self.typed = None
            return ""
        try:
            conf.check(command)
        except ValueError:
            return INVALID
        if command.startswith(EXEC):
            return INVALID
        self.typed.append(command)
        return ""

    def _apply(self, lines: list[str]) -> None:
        if lines:
            self.device.running = conf.merge(self.device.running, "\n".join(lines), "ios")

    def _exec(self, command: str) -> str:
        device, words = self.device, command.split()
        shown = shows.answer(device, command)
        if shown is not None:
            return shown
        if command.startswith("show running-config | inc"):
            wanted = command.partition("inc")[2].removeprefix("lude").strip()
            return "\n".join(one for one in device.running.splitlines() if wanted in one)
        if words[:2] in (["configure", "terminal"], ["configure", "confirm"], ["configure", "revert"], ["configure", "replace"]):
            return self._commit(words)
        if words[0] == "dir":
            return self._dir(words[1] if len(words) > 1 else "flash:/")
        if command.startswith("verify /md5"):
            digest = hashlib.md5(device.files.get(_name(words[2]), "").encode(), usedforsecurity=False).hexdigest()
            return f".Done!\nverify /md5 ({words[2]}) = {digest}"
        if words[0] == "clear":
            return shows.clear(device, words)
        if words[:2] == ["show", "archive"]:
            return self._archive(words)
        if words[0] == "more" and _name(words[1]) in device.files:
            return device.files[_name(words[1])]
        if words[0] == "copy" and len(words) == 3:
            if "file prompt quiet" in device.running.splitlines():
                return self._copy(words[1], words[2])
            self.copying = (words[1], words[2])
            return ""
        if words[:2] == ["delete", "/force"]:
            device.files.pop(_name(words[-1]), None)
            return ""
        if command in ("write mem", "write memory"):
            said = "[OK]" if device.save() else "startup-config file write failed (Not enough space)"
            return f"Building configuration...\n{said}"
        return INVALID

    def _commit(self, words: list[str]) -> str:
        device = self.device
        if words[:2] == ["configure", "terminal"]:
            if device.locked_by is not None:
                return "Configuration mode is locked by another session"
            if "timer" in words:
                if not self._archived():
                    return "%Please turn config archive on before using the feature"
                if device.pending is not None:
                    return "%Rollback Confirmed Change is already in progress"
                if device.full:
                    return "%Error: backing up the current running config failed (No space left on device)"
                device.commit(device.running, int(words[-1]) * 60)
                return f"Rollback Confirmed Change: Backing up current running config to flash:\n{self._enter()}"
            return self._enter()
        if words[1] == "confirm":
            return "" if device.confirm() else "%No Rollback Confirmed Change pending"
        if words[1] == "revert":
            pending = device.pending is not None
            return "Rollback Done" if pending and device.take_back() else "%No Rollback Confirmed Change pending"
        text = device.files.get(_name(words[2]))
        if text is None:
            return f"%Error opening {words[2]} (No such file or directory)"
        if "bogus" in text:
            return "Rollback failed: error in the file; original configuration has been successfully restored"
        if "timer" in words and not self._archived():
            return "%Please turn config archive on before using the feature"
        device.commit(text, int(words[-1]) * 60 if "timer" in words else None)
        return "Total number of passes: 1\nRollback Done\n"

    def _enter(self) -> str:
        self.typed = []
        return "Enter configuration commands, one per line.  End with CNTL/Z."

    def _archived(self) -> bool:
        return re.search(r"^archive\n(?: .*\n)*? path \S", self.device.running, re.MULTILINE) is not None

    def _archive(self, words: list[str]) -> str:
        device = self.device
        if words[2:3] == ["config"] and words[3:5] == ["rollback", "timer"]:
            if device.pending is None:
                return "%No Rollback Confirmed Change pending"
            left = int((device.pending_until - device.clock.now()) // 60)
            at = datetime.fromtimestamp(device.committed_at, UTC).strftime("%H:%M:%S UTC %a %b %-d %Y")
            return f"Time configured(PDT): {at}\nTimer type: absolute timer\nTimer value: {left} min\nUser: {device.username}"
        if words[2:4] == ["config", "incremental-diffs"]:
            text = device.files.get(_name(words[4]), "")
            try:
                lines = conf.commands(device.running, text, "ios")
            except ValueError:
                return INVALID
            return "!List of Commands:\n" + ("\n".join([*lines, "end"]) if lines else "end\n!No changes were found")
        if words[2:4] == ["config", "differences"]:
            after = device.files.get(_name(words[5]), "")
            changed = [one for one in conf.diff(device.running, after).splitlines() if one[:1] in "+-"]
            return "!Contextual Config Diffs:\n" + ("\n".join(changed) or "!No changes were found")
        if not self._archived():
            return "Archive feature not enabled"
        return "The maximum archive configurations allowed is 10.\nThere are currently 0 archive configurations saved."

    def _dir(self, path: str) -> str:
        name = _name(path)
        if path.rstrip("/") in ("flash:", "bootflash:"):
            rows = "\n".join(
                f"   33  -rw-  {len(text)}  Oct 1 2026 00:00:00 +00:00  {one}" for one, text in self.device.files.items()
            )
            return f"Directory of flash:/\n\n{rows}\n\n8000000000 bytes total (7000000000 bytes free)"
        if name not in self.device.files:
            return f"%Error opening {path} (No such file or directory)"
        size = len(self.device.files[name])
        return f"Directory of {path}\n\n   33  -rw-  {size}  Oct 1 2026 00:00:00 +00:00  {name}\n\n8000000000 bytes total (7000000000 bytes free)"

    def _copy(self, source: str, target: str) -> str:
        device = self.device
        if target != "running-config" and device.full:
            return f"%Error opening {target} (No space left on device)"
        if source == "null:":
            device.files[_name(target)] = ""
        elif source == "running-config" and target == "startup-config":
            device.save()
        elif source == "running-config":
            device.files[_name(target)] = device.running
        elif target == "running-config" and _name(source) in device.files:
            return self._enter_file(device.files[_name(source)])
        else:
            return f"%Error opening {source} (No such file or directory)"
        return f"{len(device.running)} bytes copied in 0.05 secs"

    def _enter_file(self, text: str) -> str:
        """Every line is tried: one that is refused is shown, and the others have their effect."""
        taken, said = [], ""
        for line in text.splitlines():
            try:
                conf.check(line)
                taken.append(line)
            except ValueError:
                said += f"{line}\n{INVALID}"
        self.device.running = conf.merge(self.device.running, "\n".join(taken), "ios")
        return f"{said}{len(text)} bytes copied in 0.05 secs"


class NxosTerminal(IosTerminal):
    """One SSH session of an NX-OS router."""

    def prompt(self) -> str:
        """`name#` or `name(config)#`."""
        return f"{hostname(self.device)}{'(config)#' if self.typed is not None else '#'} "

    def refuses(self, line: str) -> str:
        """What NX-OS says to what it does not take."""
        return "% Invalid command at '^' marker."

    def run(self, line: str) -> str | None:
        """Answer of one line; None ends the session."""
        command = " ".join(line.split())
        if self.typed is not None and not command.startswith("show "):
            if command == "end" or (command == "exit" and not self.typed):
                self.device.running = (
                    conf.merge(self.device.running, "\n".join(self.typed), "nxos") if self.typed else self.device.running
                )
                self.typed = None
                nxos.arm(self.device)
                return ""
            try:
                conf.check(command)
            except ValueError:
                return self.refuses(line)
            self.typed.append(command)
            return ""
        if command in ("exit", "logout"):
            return None
        if not command or command.startswith("terminal ") or command == "enable":
            return ""
        if command.split()[:2] in (["configure", "terminal"], ["config", "term"]):
            return self._enter() if self.device.locked_by is None else "ERROR: another session configures exclusively"
        said = nxos.run(self.device, command)
        found = said if said is not None else shows.answer(self.device, command)
        return found if found is not None else self.refuses(line)


class EosTerminal(IosTerminal):
    """One SSH session of an EOS router; reading only."""

    def prompt(self) -> str:
        """`name#`."""
        return f"{hostname(self.device)}#"

    def refuses(self, line: str) -> str:
        """What EOS says to what it does not take."""
        return "% Invalid input"

    def run(self, line: str) -> str | None:
        """Answer of one line; None ends the session."""
        command = " ".join(line.split())
        if command in ("exit", "logout"):
            return None
        if command.startswith("terminal "):
            return "Width set to 511 columns." if "width" in command else "Pagination disabled."
        if not command or command == "enable":
            return ""
        if command.endswith(" | json"):
            try:
                return json.dumps(eos.Eos(self.device).run(command.removesuffix(" | json"), None, False)[0])
            except eos.Refused:
                return self.refuses(line)
        found = shows.answer(self.device, command)
        return found if found is not None else self.refuses(line)


def _name(path: str) -> str:
    return path.rpartition("/")[2].rpartition(":")[2]
