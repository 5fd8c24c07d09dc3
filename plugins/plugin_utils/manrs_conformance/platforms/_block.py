"""Reading of indented-block syntaxes (FRR and its like): numbered statements, and the account of every line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, cast

from ..model.router import Secret, Taint, Unread

PLACEHOLDER = "!manrs-redacted"
PARTS = ("match", "set", "if", "elseif")
"""What kind of policy line a placeholder stands for."""
UnreadState = Literal["unsupported", "unrecognised"]
_LETTER = {"used": "u", "irrelevant": "i", "unsupported": "s", "unrecognised": "?"}
_KINDS = frozenset({"router", "policy", "list", "session", "interface", "rpki"})


@dataclass(frozen=True, slots=True)
class Statement:
    """One line that is not blank: number from 1, indentation, words, and the text as it stands."""

    number: int
    indent: int
    words: list[str]
    text: str


@dataclass(frozen=True, slots=True)
class Redacted:
    """A placeholder that stands for an unread line of an earlier reading; `part` is one of PARTS or empty, `where` as `Unread.where`."""

    state: UnreadState
    taint: Taint
    part: str = ""
    where: str = ""


def word_set(text: str) -> frozenset[str]:
    """The words of a text as a set."""
    return frozenset(text.split())


def statements(lines: list[str]) -> Iterator[Statement]:
    """Every line with words, in order."""
    for number, text in enumerate(lines, 1):
        words = text.split()
        if words:
            yield Statement(number, len(text) - len(text.lstrip()), words, text)


def statement(lines: list[str], index: int) -> Statement | None:
    """The line at an index as a statement, or None when it is blank."""
    text = lines[index]
    words = text.split()
    return Statement(index + 1, len(text) - len(text.lstrip()), words, text) if words else None


def placeholder(text: str) -> Redacted | None:
    """The meaning of a redaction placeholder `!manrs-redacted STATE KIND [NAME] [PART | @ WHERE]` (see PARTS); None for any other text.

    A placeholder that is itself damaged counts as unrecognised and taints the whole router.
    """
    text, _, where = text.partition(" @ ")
    words = text.split()
    if not words or words[0] != PLACEHOLDER:
        return None
    if len(words) < 3 or words[1] not in ("unsupported", "unrecognised") or words[2] not in _KINDS:
        return Redacted("unrecognised", Taint("router"))
    part = words.pop() if len(words) > 3 and words[-1] in PARTS and words[2] == "policy" else ""
    return Redacted(cast("UnreadState", words[1]), Taint(words[2], " ".join(words[3:])), part, where)  # type: ignore[arg-type]


@dataclass(slots=True)
class Ledger:
    """The account of a text: one state for each line, what was not read, and where secrets stand."""

    lines: list[str]
    states: bytearray = field(default_factory=bytearray)
    unread: list[Unread] = field(default_factory=list)
    secrets: list[Secret] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Every line starts as not accounted for, blank ones as irrelevant."""
        self.states = bytearray(b"?" * len(self.lines))

    def used(self, number: int) -> None:
        """The line became part of the model."""
        self.states[number - 1] = 117

    def is_used(self, number: int) -> bool:
        """Whether the line became part of the model: a redaction keeps only such lines as they are."""
        return self.states[number - 1] == 117

    def is_irrelevant(self, number: int) -> bool:
        """Whether the line bears on no check."""
        return self.states[number - 1] == 105

    def irrelevant(self, number: int) -> None:
        """The line is known and bears on no check."""
        self.states[number - 1] = 105

    def miss(self, number: int, state: UnreadState, taint: Taint, where: str = "") -> None:
        """The line was not understood and may change what `taint` names; of it, `where` was understood."""
        self.states[number - 1] = ord(_LETTER[state])
        self.unread.append(Unread(number, self.lines[number - 1].strip(), state, taint, where))

    def secret(self, number: int, value: str) -> None:
        """The last occurrence of `value` in the line is a secret."""
        start = self.lines[number - 1].rfind(value) if value else -1
        if start >= 0:
            self.secrets.append(Secret(number, start, start + len(value)))

    def untaken(self, unread: Iterable[Unread]) -> list[Unread]:
        """Lines that no reader took: they stay in the first state, and none of `unread` stands for them."""
        seen, out, at = {one.line for one in unread}, list[Unread](), self.states.find(63)
        while at >= 0:
            if at + 1 not in seen:
                out.append(Unread(at + 1, self.lines[at].strip(), "unrecognised", Taint("router")))
            at = self.states.find(63, at + 1)
        return out

    def goes_on(self, ended: int, comments: tuple[str, ...] = ("!", "#")) -> bool:
        """Whether statements stand behind the line of the end marker (0: there is none)."""
        after = self.lines[ended:] if ended else []
        return any(line.strip() and not line.lstrip().startswith(comments) for line in after)

    def text(self) -> str:
        """One letter a line."""
        return self.states.decode("ascii")
