#!/usr/bin/python3
"""manrs-frr-agent: candidate, dry run, timed commit, confirm and rollback for FRR and the Linux parts FRR does not hold.

Runs on the router as root, standard library only; the push account may run this one program through sudo. Every answer is
one JSON object on standard output; exit code 0 done, 1 refused or failed. Each step is journalled before it is taken, so that
a kill at any moment leaves the router unchanged, confirmed, or reverting by itself: the revert timer is a process of its own,
armed before the first change.
"""

from __future__ import annotations

import contextlib
import difflib
import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

# The environment counts only for root itself (tests, packaging), never through sudo.
ENV: dict[str, str] = {} if "SUDO_UID" in os.environ else {k: v for k, v in os.environ.items() if k.startswith("MANRS_")}
STATE = Path(ENV.get("MANRS_STATE", "/var/lib/manrs"))
FRR = Path(ENV.get("MANRS_FRR_ETC", "/etc/frr"))
RUN = Path(ENV.get("MANRS_FRR_RUN", "/run/frr"))
PROC = Path(ENV.get("MANRS_PROC", "/proc"))
SYSCTL_FILE = Path(ENV.get("MANRS_SYSCTL_FILE", "/etc/sysctl.d/90-manrs.conf"))
NFT_FILE = STATE / "inet-manrs.nft"
RELOAD = ENV.get("MANRS_FRR_RELOAD", "/usr/lib/frr/frr-reload.py")
SLOW = 20  # FRR takes configuration lines at some tens of milliseconds each (measured on 8.4): so much longer than reading them
BOX_LIMIT = 100_000  # bytes; larger configurations are not run through copies of the daemons, their diff is marked approximate
LOADS = 200  # lines a second that FRR loads at least (8.4.4 on two cores takes 1,400): what a large change is given before its timer counts
PORTION = 20_000  # lines loaded at once: bgpd and zebra read all commands that wait for their commit again for each further one (8.4, strlcat)
DEFINES = re.compile(
    r"((?:ip|ipv6) prefix-list|route-map|bgp as-path access-list|bgp (?:large-)?community-list(?: standard)?) (\S+) "
)
CGROUP = Path(ENV.get("MANRS_CGROUP", "/sys/fs/cgroup"))
GUARD = 300  # seconds until an untimed commit that never came to its end is taken back
SYSCTL = re.compile(r"net\.ipv4\.conf\.([A-Za-z0-9_][A-Za-z0-9_.@:-]{0,14})\.rp_filter\s*=\s*([012])")
NFT_HEAD = re.compile(r"table\s+inet\s+manrs\s*\{")
ADDED = {"Building configuration...", "Current configuration:"}
BUSY = {"committing", "pending", "reverting", "confirming"}
JOB = "MANRS_JOB"  # holds the change in the environment of what changes the router: what a killed agent left running is found by it


class Refused(Exception):
    """What was asked cannot be done; nothing was changed by it."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


# --- the outside world: every other program is started here -----------------------------------------------------------
def run(argv: list[str], size: int = 0, stdin: str | None = None, check: bool = True, job: str = "") -> str:
    """Run a program without a shell, `job` names the change it works for; the time allowed grows with the size (bytes) of its work."""
    env = {**ENV, "PATH": ENV.get("MANRS_PATH", "/usr/sbin:/usr/bin:/sbin:/bin"), "LC_ALL": "C", "VTYSH_PAGER": "cat", JOB: job}
    argv = [shutil.which(argv[0], path=env["PATH"]) or argv[0], *argv[1:]]
    try:
        done = subprocess.run(
            argv, input=stdin, capture_output=True, text=True, timeout=60 + size / 20_000, env=env, cwd="/", check=False
        )
    except FileNotFoundError:
        raise Refused("failed", f"{argv[0]} is not installed") from None
    except subprocess.TimeoutExpired:
        raise Refused("failed", f"{argv[0]} did not end within {60 + size // 20_000} s") from None
    if check and done.returncode != 0:
        said = [line for line in (done.stdout + "\n" + done.stderr).splitlines() if line.strip() and "vtysh_pam" not in line]
        raise Refused("rejected", f"{argv[0]}: " + "; ".join(said[-8:])[:800])
    return done.stdout


def running() -> str:
    """The running FRR configuration; refuses when it does not come back complete."""
    text = run(["vtysh", "-c", "show running-config"], 4_000_000)
    lines = [line for line in text.splitlines() if line.strip() not in ADDED]
    if not lines or lines[-1].strip() != "end":
        raise Refused("failed", "the running configuration came back without its end mark")
    return "\n".join(lines).strip("\n") + "\n"


def startup() -> str:
    path = FRR / "frr.conf"
    return path.read_text() if path.exists() else ""


def read_sysctls() -> dict[str, str]:
    base = PROC / "sys/net/ipv4/conf"
    return {one.name: (one / "rp_filter").read_text().strip() for one in sorted(base.iterdir()) if (one / "rp_filter").exists()}


def read_nft() -> str:
    """The owned table as text without counters, or empty when there is none."""
    if "table inet manrs" not in run(["nft", "list", "tables"]).splitlines():
        return ""
    return run(["nft", "-s", "list", "table", "inet", "manrs"])


def write_sysctl(interface: str, value: str) -> None:
    path = PROC / "sys/net/ipv4/conf" / interface / "rp_filter"
    if not path.exists():
        raise Refused("rejected", f"there is no interface {interface} to set rp_filter on")
    path.write_text(value + "\n")


def write_sysctls(values: dict[str, str]) -> None:
    """Set back what differs; interfaces that are gone are left out."""
    for name, value in read_sysctls().items():
        if values.get(name, value) != value:
            write_sysctl(name, values[name])


def nft_program(table: str) -> str:
    """One atomic nft transaction: the owned table becomes `table`, or goes."""
    return "add table inet manrs\ndelete table inet manrs\n" + table


# --- the candidate ----------------------------------------------------------------------------------------------------
def split(text: str) -> tuple[str, dict[str, str], str | None]:
    """FRR lines, rp_filter values by interface, and the owned table (None: untouched, empty: removed) of a candidate."""
    frr: list[str] = []
    sysctls: dict[str, str] = {}
    table: list[str] | None = None
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if inside:
            if bare == "!manrs-nft-end":
                inside = False
            else:
                assert table is not None
                table.append(line)
        elif bare == "!manrs-nft":
            if table is not None:
                raise Refused("rejected", f"line {number}: a second !manrs-nft block")
            table, inside = [], True
        elif bare.startswith("!manrs-sysctl"):
            found = SYSCTL.fullmatch(bare[len("!manrs-sysctl") :].strip())
            if not found:
                raise Refused("rejected", f"line {number}: only net.ipv4.conf.INTERFACE.rp_filter = 0|1|2 can be set")
            sysctls[found[1]] = found[2]
        elif bare.startswith("!manrs-"):
            raise Refused("rejected", f"line {number}: unknown section {bare.split()[0]}")
        elif bare not in ADDED:
            frr.append(line)
    if inside:
        raise Refused("rejected", "the !manrs-nft block has no !manrs-nft-end")
    nft = None if table is None else "\n".join(table).strip()
    if nft:
        own_table(nft)
    return "\n".join(frr).strip("\n") + "\n", sysctls, nft + "\n" if nft else nft


def own_table(text: str) -> None:
    """Refuse any nft text that is more than exactly one `table inet manrs { … }`."""
    plain = re.sub(r'"[^"\n]*"', '""', text)
    if (
        not NFT_HEAD.match(plain)
        or re.search(r"(?m)#|\\|\binclude\b|\bdefine\b|\bflush\b|\bdelete\b", plain)
        or plain.count('"') % 2
    ):
        raise Refused(
            "rejected", "the !manrs-nft block must be exactly one `table inet manrs { … }`, without include, define or comments"
        )
    depth = 0
    for at, char in enumerate(plain):
        depth += {"{": 1, "}": -1}.get(char, 0)
        if char == "}" and depth == 0 and plain[at + 1 :].strip():
            raise Refused("rejected", "the !manrs-nft block goes on after `table inet manrs { … }`")
    if depth:
        raise Refused("rejected", "the braces of the !manrs-nft block do not match")


def definitions(text: str) -> dict[tuple[str, str], list[str]]:
    """Lines of the lists and maps of a configuration, by kind and name."""
    found: dict[tuple[str, str], list[str]] = {}
    inside: list[str] | None = None
    for line in text.splitlines():
        head = DEFINES.match(line)
        if head:
            inside = found.setdefault((head[1], head[2]), [])
        elif not line.startswith(" ") and line != "exit":
            inside = None
        if inside is not None:
            inside.append(line)
    return found


def ahead(frr: str, base: str) -> tuple[str, str]:
    """A large candidate as the definitions it begins with, of names that the router does not know, and the rest: they change nothing that is
    routed, however long they take to load."""
    if len(frr) <= BOX_LIMIT:
        return "", frr
    known, lines, inside, end = set(base.split()), frr.splitlines(keepends=True), False, 0
    for number, line in enumerate(lines, 1):
        head = DEFINES.match(line)
        if head and head[2] not in known:
            inside, end = True, number
        elif inside and (line.startswith(" ") or line.strip() == "exit"):
            end = number
        elif line.strip() not in {"", "!"}:
            break
    return "".join(lines[:end]), "".join(lines[end:])


def portions(frr: str) -> list[str]:
    """Definitions in parts that load one after the other, each from a list entry or the head of a map entry on."""
    parts: list[str] = []
    some: list[str] = []
    for line in frr.splitlines(keepends=True):
        if len(some) >= PORTION and DEFINES.match(line):
            parts.append("".join(some))
            some = []
        some.append(line)
    return [*parts, "".join(some)]


def load_seconds(frr: str) -> int:
    """How long the definitions of a candidate may take before the timer of the change counts; 0 for a small one."""
    return 60 + frr.count("\n") // LOADS if len(frr) > BOX_LIMIT else 0


def quick(text: str) -> str:
    """A large configuration without `exit` after entries of maps: it makes FRR commit, which takes as long as all lists that are there, and a
    start would take hours."""
    if len(text) <= BOX_LIMIT:
        return text
    out, inside = [], False
    for line in text.splitlines(keepends=True):
        bare = line.strip()
        if not line.startswith(" ") and bare not in {"", "!"}:
            if bare == "exit" and inside:
                inside = False
                continue
            inside = line.startswith("route-map ")
        out.append(line)
    return "".join(out)


def placed(text: str) -> list[tuple[str, str, str]]:
    """Every line with the block and the family it stands in, empty at the top level."""
    block, family = "", ""
    found: list[tuple[str, str, str]] = []
    for line in text.splitlines():
        bare = line.strip()
        if not bare or bare.startswith("!") or bare in {"exit", "end", "exit-vrf", "exit-route-map"}:
            continue
        if not line.startswith(" "):
            block, family = bare, ""
        elif bare.startswith(("address-family", "vni ")):
            family = bare
        elif bare in {"exit-address-family", "exit-vni"}:
            family = ""
            continue
        found.append((block, family, bare) if line.startswith(" ") else ("", "", bare))
    return found


def canonical(text: str) -> str:
    """A digest that ignores the order in which FRR prints: every line with the block it stands in."""
    found = [f"{block}|{family}|{bare}" if block else bare for block, family, bare in placed(text)]
    return hashlib.sha256("\n".join(sorted(found)).encode()).hexdigest()


def trailer(sysctls: dict[str, str], nft: str) -> str:
    text = "".join(f"!manrs-sysctl net.ipv4.conf.{name}.rp_filter = {value}\n" for name, value in sorted(sysctls.items()))
    return text + (f"!manrs-nft\n{nft.rstrip()}\n!manrs-nft-end\n" if nft else "")


# --- journal and lock -------------------------------------------------------------------------------------------------
def write(path: Path, text: str) -> None:
    """Replace a file so that a crash leaves the old or the new text, never a part."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if path.exists():
        old = path.stat()
        os.chown(temporary, old.st_uid, old.st_gid)
        temporary.chmod(old.st_mode & 0o7777)
    temporary.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    os.fsync(directory)
    os.close(directory)


def journal() -> dict[str, Any]:
    path = STATE / "state.json"
    return dict(json.loads(path.read_text())) if path.exists() else {"phase": "idle"}


def note(state: dict[str, Any], phase: str) -> None:
    state["phase"] = phase
    write(STATE / "state.json", json.dumps(state, sort_keys=True) + "\n")
    if ENV.get("MANRS_KILL_AT") == phase:  # tests prove that a kill right here is harmless
        os.kill(os.getpid(), signal.SIGKILL)


def end_leftovers(job: str) -> None:
    """End the programs that an agent killed in the middle of a change left running: they would go on changing the router."""
    mark = f"{JOB}={job}".encode()
    for one in Path("/proc").iterdir():
        if one.name.isdecimal():
            with contextlib.suppress(OSError):
                if mark in (one / "environ").read_bytes().split(b"\0"):
                    os.kill(int(one.name), signal.SIGKILL)


@contextlib.contextmanager
def lock(wait: float = 20.0) -> Any:
    """Only one change at a time; the holder's process id is kept so that the revert timer can end one that hangs."""
    STATE.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(STATE / "lock", "a+") as file:
        end = time.monotonic() + wait
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if time.monotonic() > end:
                    raise Refused("busy", "another change is being made on this router") from None
                time.sleep(0.1)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def clock() -> float:
    """Seconds since boot, sleep included: setting the wall clock does not move a deadline."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def home(state: dict[str, Any]) -> Path:
    return STATE / str(state["id"])


def snapshot(state: dict[str, Any]) -> None:
    data = {"running": running(), "startup": startup(), "sysctl": read_sysctls(), "nft": read_nft(), "owned": owned_sysctls()}
    data["nft_file"] = NFT_FILE.read_text() if NFT_FILE.exists() else ""
    write(home(state) / "before.json", json.dumps(data, sort_keys=True))
    reload_files(str(data["running"]), home(state))  # written now: the rollback must not need room on a disk that is full by then


def before(state: dict[str, Any]) -> dict[str, Any]:
    return dict(json.loads((home(state) / "before.json").read_text()))


def owned_sysctls() -> str:
    return SYSCTL_FILE.read_text() if SYSCTL_FILE.exists() else ""


# --- what changes the router ------------------------------------------------------------------------------------------
def reload_files(target: str, directory: Path) -> Path:
    """What frr-reload needs to reach `target`; the confdir of its own keeps it from saving it as startup."""
    path = directory / "reload/frr.conf"
    if not path.exists() or path.read_text() != target:
        write(path.with_name("vtysh.conf"), "service integrated-vtysh-config\n")
        write(path, target)
    return path


def reload_frr(target: str, directory: Path, job: str) -> bool:
    """Make the running configuration equal `target`; whether anything had to be done."""
    wanted, done, now = canonical(target), "", running()
    if canonical(now) == wanted:
        return False
    had = definitions(target).keys()
    new = {key: lines for key, lines in definitions(now).items() if key not in had}
    if sum(map(len, new.values())) > BOX_LIMIT // 100:
        with contextlib.suppress(Refused, OSError):
            drop_definitions(new, now, target, directory, job)
        if canonical(running()) == wanted:
            return True
    path = reload_files(target, directory)
    for _ in range(3):
        argv = [RELOAD, "--reload", "--stdout", "--confdir", str(path.parent), str(path)]
        done = run(argv, len(target) * SLOW, check=False, job=job)
        if canonical(running()) == wanted:
            return True
    raise Refused("failed", "the running configuration does not come to equal the wanted one: " + done[-300:].strip())


def drop_definitions(new: dict[tuple[str, str], list[str]], now: str, target: str, directory: Path, job: str) -> None:
    """Reach `target` where the router has many lists more: frr-reload would take every entry away for itself, one command each."""
    kept = f"{target}\n" + "".join(f"{line}\n" for lines in new.values() for line in lines)
    gone = "".join(f"no {kind} {name}\n" for kind, name in sorted(new, key=lambda one: one[0] != "route-map"))
    path = directory / "back"
    write(path, routing_back(placed(now), placed(kept)) + gone)
    run(["vtysh", "-f", str(path)], len(now) * SLOW, check=False, job=job)


def routing_back(now: list[tuple[str, str, str]], wanted: list[tuple[str, str, str]]) -> str:
    """Lines that make `router bgp` as wanted: a reference is replaced before any is taken away, so that nothing is ever open."""

    def key(one: tuple[str, str, str]) -> tuple[str, ...]:
        words = one[2].removeprefix("no ").split()
        return (*one[:2], *words[:3], *(words[4:] if words[2:3] == ["route-map"] else []))

    had, have = set(now), set(wanted)
    more = [one for one in wanted if one not in had and one[0].startswith("router bgp")]
    known = {key(one) for one in more}
    less = [one for one in now if one not in have and one[0].startswith("router bgp") and key(one) not in known]
    out = []
    for block, family, line in (*more, *((*one[:2], one[2][3:] if one[2].startswith("no ") else f"no {one[2]}") for one in less)):
        out.append(
            "\n".join(
                [block, *([f" {family}"] if family else []), f"  {line}", *([" exit-address-family"] if family else []), "exit"]
            )
        )
    return "".join(f"{one}\n" for one in out)


def apply(state: dict[str, Any], rest: str | None = None) -> None:
    """Load the candidate; `rest` is what of its FRR lines is not loaded yet."""
    text = (home(state) / "candidate").read_text()
    frr, sysctls, nft = split(text)
    path = home(state) / "frr.conf"
    if rest is not None:
        frr, path = rest, home(state) / "rest"
        write(path, rest)
    if frr.strip():
        if state["mode"] == "merge":
            argv = ["vtysh", "-f", str(path)]
        else:
            argv = [RELOAD, "--reload", "--stdout", "--confdir", str(home(state)), str(home(state) / "frr.conf")]
        run(argv, len(frr) * SLOW, job=state["id"])
    for interface, value in sysctls.items():
        write_sysctl(interface, value)
    if nft is not None:
        run(["nft", "-f", "-"], len(nft), nft_program(nft))


def restore(state: dict[str, Any], why: str) -> None:
    """Bring back everything as it was before the commit, startup and persistent files too, and prove it."""
    with contextlib.suppress(OSError):  # a full disk stops the journal, never the rollback
        note(state, "reverting")
    end_leftovers(state["id"])
    old, problems = before(state), []
    changed = False
    steps = (
        lambda: reload_frr(old["running"], home(state), state["id"]),
        lambda: write(FRR / "frr.conf", old["startup"]) if startup() != old["startup"] else None,
        lambda: write_sysctls(old["sysctl"]),
        lambda: run(["nft", "-f", "-"], len(old["nft"]), nft_program(old["nft"])) if read_nft() != old["nft"] else None,
        lambda: persist(old["owned"], old["nft_file"]),
    )
    for step in steps:
        try:
            changed = step() is True or changed
        except (Refused, OSError) as error:
            problems.append(str(error))
    for family in ("ipv4", "ipv6") if changed else ():
        with contextlib.suppress(Refused):
            run(["vtysh", "-c", f"clear bgp {family} unicast * soft"], check=False)
    if problems:
        state["problem"] = "; ".join(problems)
        with contextlib.suppress(OSError):
            note(state, "reverting")
        raise Refused("failed", f"the rollback is not complete and will be tried again: {state['problem']}")
    finish(state, "reverted", why)


def persist(sysctls: str, nft: str) -> None:
    for path, text in ((SYSCTL_FILE, sysctls), (NFT_FILE, nft)):
        if text:
            write(path, text) if not path.exists() or path.read_text() != text else None
        else:
            path.unlink(missing_ok=True)


def save(state: dict[str, Any]) -> None:
    """Make the running state the one the router boots with; startup comes last and whole: it decides after a loss of power."""
    note(state, "confirming")
    _, sysctls, nft = split((home(state) / "candidate").read_text())
    values = dict(re.findall(r"(?m)^(net\.ipv4\.conf\.\S+) = (\d)$", owned_sysctls()))
    values.update({f"net/ipv4/conf/{name}/rp_filter".replace("/", "."): value for name, value in sysctls.items()})
    kept = "".join(f"{key} = {value}\n" for key, value in sorted(values.items()))
    persist(kept, nft if nft is not None else (NFT_FILE.read_text() if NFT_FILE.exists() else ""))
    try:
        write(FRR / "frr.conf", quick(running()))
    except OSError:  # such as a frr.conf that is mounted alone and cannot be replaced
        run(["vtysh", "-c", "write memory"], check=False)
    if canonical(startup()) != canonical(running()):
        raise Refused("failed", "the startup configuration could not be written")
    finish(state, "confirmed", "confirmed")


def integrated() -> None:
    """Refuse where FRR keeps a file for each daemon: the agent saves and restores frr.conf."""
    shell = (FRR / "vtysh.conf").read_text() if (FRR / "vtysh.conf").exists() else ""
    if re.search(r"(?m)^\s*no\s+service\s+integrated-vtysh-config", shell) or not (FRR / "frr.conf").exists():
        raise Refused(
            "rejected", f"FRR here keeps one file for each daemon; {FRR}/frr.conf is needed (service integrated-vtysh-config)"
        )


def finish(state: dict[str, Any], result: str, why: str) -> None:
    last = {"id": state["id"], "result": result, "because": why, "message": state.get("message", "")}
    for old in STATE.iterdir():  # the last change stays readable for `rollback`, older ones go
        if old.is_dir() and old.name != state["id"]:
            shutil.rmtree(old, ignore_errors=True)
    note({**state, "last": last}, "idle" if result != "confirmed" else "confirmed")


# --- prediction -------------------------------------------------------------------------------------------------------
def daemons() -> list[list[str]]:
    """The command lines of the FRR daemons that run here, without what names files or the terminal."""
    found = []
    for path in sorted(RUN.glob("*.pid")):
        if path.stem in {"watchfrr"}:
            continue
        with contextlib.suppress(OSError, ValueError):
            argv = Path(f"/proc/{int(path.read_text())}/cmdline").read_text().split("\0")[:-1]
            clean, skip = [argv[0]], False
            for one in argv[1:]:
                if skip:
                    skip = False
                elif one in {"-f", "-i", "--config_file", "--pid_file"}:
                    skip = True
                elif one not in {"-d", "--daemon"}:
                    clean.append(one)
            found.append(clean)
    return sorted(found, key=lambda one: "zebra" not in one[0])


def predict(state: dict[str, Any], base: str) -> tuple[str, str] | None:
    """Running configuration before and after, by copies of this router's daemons without network; None if that fails."""
    box, size = home(state) / "box", len(base) + (home(state) / "frr.conf").stat().st_size
    if size > BOX_LIMIT:
        return None
    shutil.rmtree(box, ignore_errors=True)
    box.mkdir(mode=0o755)
    write(box / "base", base)
    write(box / "daemons", json.dumps(daemons()))
    try:
        argv = ["unshare", "-n", "-m", "-p", "--fork", "--kill-child", "--mount-proc", "--propagation", "private"]
        run([*argv, sys.executable, __file__, "_box", state["id"], state["mode"]], size * SLOW)
        old, new = (box / "old").read_text(), (box / "new").read_text()
    except (Refused, OSError):
        return None
    finally:
        shutil.rmtree(box / "mnt", ignore_errors=True)
    missing = {line.strip() for line in base.splitlines()} - {line.strip() for line in old.splitlines()} - {"!", ""}
    return None if missing else (old, new)


def _box(identity: str, mode: str) -> dict[str, Any]:
    """Inside the namespaces: start the daemons, load the running configuration, then the candidate, and write down both results."""
    if os.getpid() != 1:
        raise Refused("usage", "_box is for the agent itself")
    box = STATE / identity / "box"
    shell = (FRR / "vtysh.conf").read_text() if (FRR / "vtysh.conf").exists() else ""
    for name, target in (("run", RUN), ("etc", FRR), ("log", Path("/var/log/frr"))):
        (box / "mnt" / name).mkdir(parents=True, mode=0o755)
        if target.exists():
            shutil.copystat(target, box / "mnt" / name)
            os.chown(box / "mnt" / name, target.stat().st_uid, target.stat().st_gid)
            run(["mount", "--bind", str(box / "mnt" / name), str(target)])
    if Path("/dev/log").exists():
        run(["mount", "--bind", "/dev/null", "/dev/log"], check=False)
    (FRR / "frr.conf").touch()
    (FRR / "vtysh.conf").write_text(shell)
    for argv in json.loads((box / "daemons").read_text()):
        run([*argv, "-d"])
    run(["vtysh", "-f", str(box / "base")], len((box / "base").read_text()) * SLOW, check=False)
    write(box / "old", running())
    frr = STATE / identity / "frr.conf"
    if frr.read_text().strip():
        if mode == "merge":
            run(["vtysh", "-f", str(frr)], frr.stat().st_size * SLOW)
        else:
            run([RELOAD, "--reload", "--stdout", "--confdir", str(frr.parent), str(frr)], frr.stat().st_size * SLOW)
    write(box / "new", running())
    return {}


# --- verbs ------------------------------------------------------------------------------------------------------------
def stage(mode: str) -> dict[str, Any]:
    """Take a candidate from standard input; remembers the running state it was made against."""
    if mode not in {"merge", "replace"}:
        raise Refused("usage", "stage merge|replace")
    text = sys.stdin.read()
    frr, sysctls, nft = split(text)
    if mode == "replace" and not frr.strip():
        raise Refused("rejected", "a replacing candidate without FRR configuration would empty the router")
    with lock():
        state = journal()
        free(state)
        integrated()
        replaced = home(state) if state["phase"] == "staged" else None
        state = {
            "id": f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{secrets.token_hex(3)}",
            "mode": mode,
            "last": state.get("last"),
        }
        write(home(state) / "candidate", text)
        write(home(state) / "frr.conf", frr)
        write(home(state) / "vtysh.conf", "service integrated-vtysh-config\n")
        state["watched"] = sorted({"all", "default", *sysctls})
        state["base"] = digest(state)
        note(state, "staged")
        if replaced:
            shutil.rmtree(replaced, ignore_errors=True)
    told = {"frr_lines": len(frr.splitlines()), "sysctls": len(sysctls), "nft": nft is not None}
    return {"id": state["id"], "load_seconds": load_seconds(frr) if mode == "merge" else 0, **told}


def digest(state: dict[str, Any]) -> str:
    """What must not change under a candidate: the configuration, the sysctls it touches, the owned table."""
    sysctls = {name: value for name, value in read_sysctls().items() if name in state["watched"]}
    return hashlib.sha256(json.dumps([canonical(running()), sysctls, read_nft()], sort_keys=True).encode()).hexdigest()


def free(state: dict[str, Any]) -> None:
    if state["phase"] in BUSY:
        raise Refused("busy", f"a commit is already {state['phase']} on this router ({state['id']})")


def staged(identity: str = "") -> dict[str, Any]:
    state = journal()
    if state["phase"] != "staged":
        raise Refused("none", "no candidate is loaded")
    return mine(state, identity)


def mine(state: dict[str, Any], identity: str) -> dict[str, Any]:
    """The state, if it is still that of the change the caller means; without an identity the last one is meant."""
    if identity and state.get("id") != identity:
        raise Refused("other", f"another change was loaded meanwhile ({state.get('id')}); this one is no longer on the router")
    return state


def check(identity: str = "") -> dict[str, Any]:
    """The router's own dry run of the candidate; nothing is changed."""
    state = staged(identity)
    text = (home(state) / "candidate").read_text()
    frr, sysctls, nft = split(text)
    if frr.strip():
        run(["vtysh", "-C", "-f", str(home(state) / "frr.conf")], len(frr))
    for interface in sysctls:
        if not (PROC / "sys/net/ipv4/conf" / interface).exists():
            raise Refused("rejected", f"there is no interface {interface} to set rp_filter on")
    if nft:
        run(["nft", "-c", "-f", "-"], len(nft), nft_program(nft))
    return {}


def diff(identity: str = "") -> dict[str, Any]:
    """Unified diff of running against what running will be; `exact` tells whether the router's own daemons computed it."""
    state = staged(identity)
    frr, sysctls, nft = split((home(state) / "candidate").read_text())
    base, now, table = running(), read_sysctls(), read_nft()
    pair = predict(state, base) if frr.strip() else (base, base)
    exact = pair is not None
    more: list[str] = []
    if pair is None:
        pair = (base, frr) if state["mode"] == "replace" else ("", "")
        more = [] if state["mode"] == "replace" else [f"+{line}" for line in frr.splitlines()]
    touched = {name: now.get(name, "") for name in sysctls}
    old = pair[0] + trailer(touched, table if nft is not None else "")
    new = pair[1] + trailer(sysctls, normal_nft(nft) if nft is not None else "")
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), "running", "candidate", lineterm="")
    return {"diff": "\n".join([*more, *lines]), "exact": exact}


def normal_nft(table: str) -> str:
    """The owned table as the router will list it: loaded in a namespace of its own, so that notation is no difference."""
    if not table:
        return ""
    script = "nft -f - && nft -s list table inet manrs"
    try:
        return run(["unshare", "-n", "sh", "-c", script], stdin=table)
    except Refused:
        return table


def commit(seconds: int, message: str, identity: str = "") -> dict[str, Any]:
    """Arm the timer, then apply; `seconds` 0 confirms at once."""
    with lock():
        state = staged(identity)
        check()
        if digest(state) != state["base"]:
            raise Refused("changed", "the router changed since the candidate was loaded; load it again")
        snapshot(state)
        frr = (home(state) / "frr.conf").read_text()
        first, rest = ahead(frr, before(state)["running"]) if state["mode"] == "merge" else ("", frr)
        allowed = seconds or GUARD + len(frr) // 1000  # an untimed commit is given the time it needs
        deadline = clock() + load_seconds(first) + allowed
        state.update(seconds=seconds, deadline=deadline, boot=boot(), message=message[:200], loading=bool(first))
        note(state, "committing")
        try:
            arm(state)
        except (Refused, OSError) as error:
            note(state, "staged")
            raise Refused("failed", f"the revert timer did not start, nothing was changed: {error}") from None
        try:
            if first:
                for part in portions(first):
                    write(home(state) / "first", part)
                    run(["vtysh", "-f", str(home(state) / "first")], len(part) * SLOW, job=state["id"])
                state.update(deadline=clock() + allowed, loading=False)
                note(state, "committing")
            apply(state, rest if first else None)
            state["after"] = digest(state)
            if clock() >= state["deadline"]:
                raise Refused("late", "it took longer than the timer allows")
            note(state, "pending")
        except (Refused, OSError) as error:
            restore(state, f"the router refused the change: {error}")
            raise Refused("rejected", f"the router refused the change, which was taken back: {error}") from None
        if not seconds:
            save(state)
    return {"id": state["id"], "pending": bool(seconds)}


def arm(state: dict[str, Any]) -> None:
    """Start the revert timer in a session of its own and wait until it says it runs."""
    read, ready = os.pipe()
    argv = [sys.executable, __file__, "_timer", state["id"], str(ready)]
    env = {name: value for name, value in os.environ.items() if name != "MANRS_KILL_AT"}
    null = subprocess.DEVNULL
    subprocess.Popen(argv, stdin=null, stdout=null, stderr=null, start_new_session=True, pass_fds=(ready,), cwd="/", env=env)
    os.close(ready)
    with os.fdopen(read, "rb") as pipe:
        if pipe.read(2) != b"ok":
            raise Refused("failed", "it did not answer")


def _timer(identity: str, ready: str) -> dict[str, Any]:
    """The armed timer: sleeps to the deadline, then takes back what nobody confirmed, trying until it holds."""
    for one in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
        signal.signal(one, signal.SIG_IGN)
    stay()
    os.write(int(ready), b"ok")
    os.close(int(ready))
    pause = 1.0
    while True:
        with contextlib.suppress(Exception):  # whatever goes wrong here, the timer must still be there for the next attempt
            state = journal()
            if state.get("id") != identity or state["phase"] not in BUSY:
                return {}
            if state["phase"] != "reverting" and clock() < float(state["deadline"]):
                if state.get("loading"):
                    recover()
                time.sleep(min(0.5, max(0.05, float(state["deadline"]) - clock())))
                continue
            recover()
            continue
        time.sleep(pause)
        pause = min(30.0, pause * 1.5)


def stay() -> None:
    """Outlive the login session (logind may end everything in its scope) and a shortage of memory."""
    with contextlib.suppress(OSError):
        (PROC / "self/oom_score_adj").write_text("-1000")
    with contextlib.suppress(OSError):
        if re.search(r"(?m)^[^\n]*/user\.slice/", (PROC / "self/cgroup").read_text()):
            (CGROUP / "cgroup.procs").write_text(str(os.getpid()))


def recover() -> dict[str, Any]:
    """Bring an interrupted or expired commit to its end; run at boot, every minute, and before each verb."""
    state = journal()
    if state["phase"] not in BUSY:
        return {"recovered": False}
    if state["phase"] in {"committing", "pending"} and state.get("boot") == boot() and clock() >= float(state["deadline"]):
        end_holder()  # the time of whoever is still at it is over; one that already restores or saves is left to it
    elif state.get("loading"):
        try:
            with lock(0):  # who loads holds it: it is free when they are gone
                return _recover(journal())
        except Refused:
            return {"recovered": False}
    with lock(30):
        return _recover(journal())


def end_holder() -> None:
    with contextlib.suppress(OSError, ValueError):
        pid = int((STATE / "lock").read_text())
        if pid != os.getpid() and Path(__file__).name in Path(f"/proc/{pid}/cmdline").read_text():
            os.kill(pid, signal.SIGKILL)


def _recover(state: dict[str, Any]) -> dict[str, Any]:
    if state["phase"] not in BUSY:
        return {"recovered": False}
    if state.get("boot") != boot():
        if state["phase"] == "confirming" and startup() != before(state)["startup"]:
            _, sysctls, nft = split((home(state) / "candidate").read_text())
            write_sysctls({**read_sysctls(), **sysctls})
            if nft is not None:
                run(["nft", "-f", "-"], len(nft), nft_program(nft))
            save(state)
        else:
            restore(state, "the router was restarted before the commit was confirmed")
    elif state["phase"] == "confirming":
        save(state)
    elif state["phase"] == "reverting" or state.get("loading") or clock() >= float(state["deadline"]):
        restore(
            state, "the commit was not confirmed in time" if state["phase"] == "pending" else "an interrupted change was taken back"
        )
    else:
        return {"recovered": False}
    return {"recovered": True}


def confirm(identity: str = "") -> dict[str, Any]:
    """Keep the pending commit and save it as startup; refused when somebody changed the router meanwhile."""
    with lock():
        state = journal()
        if state["phase"] == "confirming":
            save(mine(state, identity))
            return {}
        if state["phase"] != "pending":
            raise Refused("none", "no commit is pending" + (f": {state['last']['because']}" if state.get("last") else ""))
        mine(state, identity)
        if digest(state) != state["after"]:
            raise Refused("changed", "the router was changed by somebody else after the commit; it will revert when the timer ends")
        if clock() >= float(state["deadline"]):
            raise Refused("none", "no commit is pending: its time is over")
        save(state)
    return {}


def rollback(identity: str = "") -> dict[str, Any]:
    """Take back the pending commit now, or the last confirmed one."""
    with lock():
        state = journal()
        if state["phase"] not in BUSY | {"confirmed"}:
            raise Refused("none", "there is no commit to take back")
        mine(state, identity)
        if state["phase"] == "confirmed":
            if digest(state) != state["after"]:
                raise Refused(
                    "changed", "the router was changed since the commit was confirmed; taking it back would undo that too"
                )
            note(state, "reverting")
            with contextlib.suppress(Refused, OSError):
                arm(state)  # whatever happens to this process, the rollback is brought to its end
        restore(state, "taken back on request")
    return {}


def discard(identity: str = "") -> dict[str, Any]:
    """Forget the candidate; a commit that was made is not touched."""
    with lock():
        state = journal()
        if state["phase"] == "staged":
            shutil.rmtree(home(mine(state, identity)), ignore_errors=True)
            note({"last": state.get("last")}, "idle")
    return {}


def status() -> dict[str, Any]:
    """Phase, and the seconds left of a pending commit."""
    state = journal()
    left = max(0, round(float(state["deadline"]) - clock())) if state["phase"] in BUSY else None
    return {
        "phase": state["phase"],
        "id": state.get("id"),
        "pending": state["phase"] in BUSY,
        "seconds_left": left,
        "last": state.get("last"),
    }


def show(what: str) -> dict[str, Any]:
    """running, startup, candidate or linux, as text."""
    if what == "linux":
        return {"text": trailer(read_sysctls(), read_nft())}
    if what == "candidate":
        state = journal()
        return {"text": (home(state) / "candidate").read_text() if state["phase"] == "staged" else ""}
    return {"text": {"running": running, "startup": startup}[what]()}


def load_boot() -> dict[str, Any]:
    """At boot: end what was interrupted and load the owned table again."""
    recover()
    if NFT_FILE.exists() and not read_nft():
        run(["nft", "-f", "-"], stdin=nft_program(NFT_FILE.read_text()))
    return {}


def main(argv: list[str]) -> int:
    """Dispatch one verb."""
    os.umask(0o077)
    plain = {"status": status, "recover": recover, "boot": load_boot}
    named = {"check": check, "diff": diff, "confirm": confirm, "rollback": rollback, "discard": discard}
    try:
        verb, rest = (argv[0] if argv else ""), argv[1:]
        if verb in {"stage", "check", "commit", "confirm", "status"}:
            with contextlib.suppress(Refused, OSError):
                recover() if verb != "confirm" else None
        identity = ""
        if rest[:1] == ["--id"] and len(rest) > 1:
            identity, rest = rest[1], rest[2:]
        if verb in plain and not rest:
            answer = plain[verb]()
        elif verb in named and not rest:
            answer = named[verb](identity)
        elif verb == "stage" and len(rest) == 1:
            answer = stage(rest[0])
        elif verb == "commit" and rest[:1] == ["--revert-in"] and len(rest) in {2, 3} and rest[1].isdigit():
            answer = commit(int(rest[1]), rest[2] if len(rest) == 3 else "", identity)
        elif verb == "show" and rest and rest[0] in {"running", "startup", "candidate", "linux"}:
            answer = show(rest[0])
        elif verb in {"_timer", "_box"} and len(rest) == 2:
            answer = {"_timer": _timer, "_box": _box}[verb](*rest)
        else:
            raise Refused(
                "usage",
                "stage merge|replace, status, show WHAT; check, diff, commit --revert-in N [MESSAGE], confirm, rollback, discard, each first [--id CHANGE]",
            )
    except Refused as error:
        print(json.dumps({"ok": False, "kind": error.kind, "error": str(error)}))
        return 1
    except Exception as error:
        print(json.dumps({"ok": False, "kind": "failed", "error": f"{type(error).__name__}: {error}"[:400]}))
        return 1
    print(json.dumps({"ok": True, **answer}))
    return 0


def _start() -> NoReturn:
    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    _start()
