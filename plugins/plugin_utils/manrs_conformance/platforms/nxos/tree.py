"""NX-OS text as nested blocks: a line belongs to the nearest line above it that is indented less."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ...model.router import Taint
from .._block import Ledger, Statement


@dataclass(slots=True)
class Block:
    """A statement with the statements inside it."""

    at: Statement
    children: list[Block] = field(default_factory=list)

    def walk(self) -> Iterator[Block]:
        """This block and everything inside it, in order."""
        todo = [self]
        while todo:
            one = todo.pop()
            yield one
            todo += reversed(one.children)

    @property
    def words(self) -> list[str]:
        """Words of the statement."""
        return self.at.words

    @property
    def line(self) -> int:
        """Line of the statement."""
        return self.at.number


def skip(block: Block, ledger: Ledger) -> None:
    """The block and all inside it bear on no check."""
    for one in block.walk():
        ledger.irrelevant(one.line)


def refuse(block: Block, ledger: Ledger, taint: Taint, *, known: bool = False) -> None:
    """The block and all inside it were not understood."""
    for one in block.walk():
        ledger.miss(one.line, "unsupported" if known else "unrecognised", taint)


def leaf(block: Block, ledger: Ledger, taint: Taint) -> None:
    """The statement is used; whatever stands inside it should not be there."""
    ledger.used(block.line)
    for one in block.children:
        refuse(one, ledger, taint)


def no(words: list[str]) -> tuple[bool, list[str]]:
    """Whether the statement is negated, and its words without the `no`."""
    return (True, words[1:]) if words[0] == "no" and len(words) > 1 else (False, words)
