"""The tree of a Junos configuration that statements are put into and taken from."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, replace

from .lexer import unquoted
from .schema import FATES, ROOT, WAYS, Rule, Rules, silent
from .statements import Key, Raw, Refused, Statement, curly, key_of, members

Path = tuple[str, ...]
ORDERED = frozenset({"term"})


@dataclass(slots=True)
class Found:
    """A statement, or one value of it, with all that it stands in, the root first."""

    chain: list[Statement]
    one: Statement
    key: Key
    value: str | None = None


class Loader:
    """A configuration; `flat` when it has the `set` form; `loading` while it is read and every statement is as the router wrote it."""

    def __init__(self, flat: bool) -> None:
        self.root = Statement(())
        self.flat = flat
        self.loading = True
        self.notes: tuple[str, ...] = ()
        """Comments in front of what comes next."""

    def put_root(self, raw: Raw) -> None:
        """Put a statement of the top level into its place."""
        self.put(self.root, ROOT, raw.words, raw, ())

    def put(self, parent: Statement, rules: Rules | None, words: list[str], raw: Raw, path: Path) -> None:
        """Put a statement into a block whose words have those rules."""
        if not words:
            if raw.notes and self.loading:
                parent.below()[("", str(len(parent.below())))] = Statement((), notes=raw.notes)
            return
        try:
            if not raw.marks & {"delete:", "replace:"}:
                self._guarded(parent, rules, words, raw, path)
            elif self.loading:
                raise Refused("a patch, not a configuration")
            else:
                self._tagged(parent, rules, words, raw, path)
        except Refused as error:
            raise error.at(raw.line) from None

    def _guarded(self, parent: Statement, rules: Rules | None, words: list[str], raw: Raw, path: Path) -> None:
        """Put a statement, unless that changes what is protected."""
        held = self.holding(parent, rules, words)
        guard = held is not None and "protect:" in held.marks and not self.loading
        before = copy.deepcopy(held) if guard and held is not None else None
        self._put(parent, rules, words, raw, path)
        if held is not None and before is not None and list(curly({(): before})) != list(curly({(): held})):
            raise Refused(f"`{' '.join(held.words)}` is protected")

    def _put(self, parent: Statement, rules: Rules | None, words: list[str], raw: Raw, path: Path) -> None:
        rule = rule_of(rules, words)
        if rule is None:
            self._unknown(parent, words, raw, path, empty=rules is not None)
            return
        if rule.names == 1 and len(words) == 1 and raw.inside:
            # `prefix-list { A { … } }` is taken for `prefix-list A { … }`.
            for kid in raw.inside:
                self.put(parent, rules, [*words, *kid.words], replace(kid, marks=raw.marks | kid.marks), path)
            return
        for each in _named(rule, words):
            length = rule.key_length(each)
            head, rest = each[:length], each[length:]
            if len(head) < length:
                raise Refused("a name is missing")
            if not self.loading and rule.word in ("next", "next-hop") and key_of(head) not in parent.below():
                self._fate(parent, rule.word)
            one = self._place(parent, head, raw, rule.pure)
            here = (*path, *key_of(head))
            if rule.leaf in ("=", "!", "[]") and rest:
                self._values(one, rule, rest)
            elif rest:
                one.inline = one.inline or (not one.kids and self.loading)
                self.put(one, rule.below, rest, replace(raw, marks=frozenset(), notes=()), here)
            elif raw.inside is not None:
                self._inside(one, None if rule.leaf in ("=", "[]", "!") else rule.below, raw, here)
            if raw.inside is None and not rest and rule.leaf in ("=", "[]") and not one.kids and not self.loading:
                raise Refused("a value is missing")

    def _place(self, parent: Statement, head: list[str], raw: Raw, pure: bool = False) -> Statement:
        """The statement of those words, made where missing, with what stands around it."""
        kids, key = parent.below(), key_of(head)
        one = kids.get(key)
        if one is None:
            # Junos prints the only condition or action of a term on one line.
            one = kids[key] = Statement(tuple(head), pure=pure, inline=not self.loading and key in (("from",), ("to",), ("then",)))
        if raw.notes and (self.loading or not one.notes):
            one.notes = raw.notes
        one.tail = raw.tail or one.tail
        if raw.marks:
            on = raw.marks & {"active:"}
            one.marks = (one.marks | (raw.marks - {"active:"})) - ({"inactive:"} if on else frozenset())
        return one

    def _inside(self, one: Statement, rules: Rules | None, raw: Raw, path: Path) -> None:
        one.braces = one.braces or (self.loading and not raw.inside)
        if rules is None and one.values:
            raise Refused(f"the configuration holds the value {one.values[0]}, and what a block makes of that is not known")
        for kid in raw.inside or ():
            self.put(one, rules, kid.words, kid, path)

    def _values(self, one: Statement, rule: Rule, rest: list[str]) -> None:
        if one.kids:
            raise Refused("the configuration holds a block here, and what a value makes of that is not known")
        if rule.leaf == "[]":
            had = {unquoted(value) for value in one.values}
            new = [value for value in members(rest) if unquoted(value) not in had]
            one.values = (*one.values, *dict.fromkeys(new))
            return
        value = " ".join(rest)
        if unquoted(value) in {unquoted(had) for had in one.values}:
            return
        if one.values and self.loading:
            one.values = (*one.values, value)
            return
        if rule.leaf == "!" and one.values:
            raise Refused(f"the configuration holds `{one.values[0]}`, and how the two combine is not known: delete it first")
        one.values = (value,)

    def _unknown(self, parent: Statement, words: list[str], raw: Raw, path: Path, *, empty: bool) -> None:
        """A statement of which only the words are known."""
        if "[" in words and raw.inside is None:
            self._list(parent, words, raw, path, empty=empty)
            return
        if self.flat and raw.inside:
            for kid in raw.inside:
                if kid.words:
                    self._unknown(parent, [*words, *kid.words], replace(kid, marks=raw.marks | kid.marks), path, empty=empty)
            return
        held = _block(parent, words)
        if held is not None and raw.inside is None:
            size = len(held.words)
            self._unknown(held, words[size:], replace(raw, marks=frozenset()), (*path, *key_of(words[:size])), empty=False)
            return
        key = key_of(words)
        listed = parent.below().get(key[:-1])
        if raw.inside is None and listed is not None and listed.values:
            listed.values = tuple(dict.fromkeys((*listed.values, words[-1])))
            return
        if raw.inside is None and not self.loading and key not in parent.below():
            self._alone(parent, words, path)
        one = self._place(parent, words, raw)
        if raw.inside is not None:
            self._inside(one, None, raw, (*path, *key))

    def _list(self, parent: Statement, words: list[str], raw: Raw, path: Path, *, empty: bool) -> None:
        """A statement with values in brackets: they are added to those that stand."""
        start = words.index("[")
        end = words.index("]") if "]" in words else len(words)
        values = members(words[start:end])
        if self.flat or words[end + 1 :]:
            for value in values:
                self._unknown(parent, [*words[:start], value, *words[end + 1 :]], raw, path, empty=empty)
            return
        head = key_of(words[:start])
        single = [key for key in parent.below() if key[:-1] == head and head and not parent.below()[key].kids]
        one = self._place(parent, words[:start], raw)
        had = [value for key in single for value in parent.below().pop(key).words[-1:]]
        one.values = tuple(dict.fromkeys((*one.values, *had, *values)))

    def _alone(self, parent: Statement, words: list[str], path: Path) -> None:
        """Refuse a statement that may or may not replace one that stands."""
        first = unquoted(words[0])
        self._fate(parent, first)
        rival = next((one for key, one in parent.below().items() if len(key) > 1 and key[0] == first), None)
        if rival is not None and len(words) > 1 and not silent((*path, first)):
            raise Refused(
                f"the configuration holds `{' '.join(rival.words)}`, and how the two combine is not known: delete it first"
            )

    def _fate(self, parent: Statement, first: str) -> None:
        """Refuse a second end of a term, or a second way of a static route."""
        sort = {"then": FATES, "route-filter": FATES, "prefix-list-filter": FATES, "route": WAYS}.get(
            (*parent.words, "")[0], frozenset()
        )
        if first not in sort:
            return
        others = (one for key, one in parent.below().items() if key and key[0] in sort and key[0] != first)
        other = next((one for one in others if "inactive:" not in one.marks), None)
        if other is not None:
            raise Refused(f"`{' '.join(other.words)}` stands there already, and whether it goes is not known: delete it first")

    def _tagged(self, parent: Statement, rules: Rules | None, words: list[str], raw: Raw, path: Path) -> None:
        rest = replace(raw, marks=raw.marks - {"delete:", "replace:"})
        if "delete:" in raw.marks:
            if raw.inside:
                raise Refused("`delete:` stands before a block with statements in it")
            self.delete(parent, rules, words)
            return
        one = self.holding(parent, rules, words)
        if one is not None:
            kin = [key for key in parent.below() if key and key[0] in ORDERED]
            if kin and key_of(one.words) in kin[:-1]:
                raise Refused("where a replaced term stands afterwards is not known: replace the policy, or delete and insert")
            if "protect:" in one.marks:
                raise Refused("it is protected")
            one.kids, one.values, one.marks, one.inline = None, (), frozenset(), False
        self.put(parent, rules, words, rest, path)

    def holding(self, parent: Statement, rules: Rules | None, words: list[str]) -> Statement | None:
        """The statement directly in a block that those words name or lead into."""
        rule = rule_of(rules, words)
        if rule is None:
            return parent.below().get(key_of(words))
        return parent.below().get(key_of(words[: rule.key_length(words)]))

    def find(self, parent: Statement, rules: Rules | None, words: list[str]) -> list[Found]:
        """What those words name below a block: nothing, one statement, or all lines of the `set` form that begin with them."""
        return list(self._find([parent], rules, words))

    def _find(self, chain: list[Statement], rules: Rules | None, words: list[str]) -> Iterator[Found]:
        parent = chain[-1]
        rule = rule_of(rules, words)
        kids = parent.kids or {}
        if rule is None:
            key = key_of(words)
            if key in kids:
                yield Found(chain, kids[key], key)
                return
            held = _block(parent, words)
            if held is not None:
                yield from self._find([*chain, held], None, words[len(held.words) :])
                return
            yield from (Found(chain, one, at) for at, one in kids.items() if at[: len(key)] == key)
            return
        length = rule.key_length(words)
        key = key_of(words[:length])
        one = kids.get(key)
        if one is None:
            if rule.leaf == "~" and len(words) < length:
                return
            yield from (Found(chain, kid, at) for at, kid in kids.items() if rule.leaf == "~" and at[: len(words)] == key_of(words))
            return
        rest = words[length:]
        if not rest:
            yield Found(chain, one, key)
        elif rule.leaf in ("=", "!") and not one.kids:
            if key_of([" ".join(rest)]) == key_of(one.values):
                yield Found(chain, one, key)
        elif rule.leaf == "[]" and not one.kids:
            wanted = [unquoted(value) for value in members(rest)]
            yield from (Found(chain, one, key, value) for value in one.values if unquoted(value) in wanted)
        else:
            yield from self._find([*chain, one], rule.below, rest)

    def delete(self, parent: Statement, rules: Rules | None, words: list[str]) -> None:
        """Take away what those words name; Refused where nothing does."""
        found = self.find(parent, rules, words)
        if not found:
            raise Refused(f"statement not found: {' '.join(words)}")
        for each in found:
            if any("protect:" in one.marks for one in (*each.chain, each.one)) or _guards(each.one):
                raise Refused("it is protected")
            if each.value is not None and len(each.one.values) > 1:
                each.one.values = tuple(value for value in each.one.values if value != each.value)
                continue
            del each.chain[-1].below()[each.key]
            _prune(each.chain)


def rule_of(rules: Rules | None, words: list[str]) -> Rule | None:
    """The rule of a statement's first word; None where it is not known."""
    if not rules:
        return None
    return rules.get(unquoted(words[0])) or (None if words[0] in ("apply-path", "apply-macro") else rules.get("~"))


def _named(rule: Rule, words: list[str]) -> list[list[str]]:
    """A statement once for each name in brackets."""
    if rule.names != 1 or len(words) < 2 or words[1] != "[" or "]" not in words:
        return [words]
    end = words.index("]")
    return [[words[0], name, *words[end + 1 :]] for name in members(words[1 : end + 1])]


def _block(parent: Statement, words: list[str]) -> Statement | None:
    """A block whose words the words begin with, the longest."""
    kids = parent.kids or {}
    for length in range(len(words) - 1, 0, -1):
        one = kids.get(key_of(words[:length]))
        if one is not None and (one.kids or one.braces):
            return one
    return None


def _guards(one: Statement) -> bool:
    return "protect:" in one.marks or any(_guards(kid) for kid in (one.kids or {}).values())


def _prune(chain: list[Statement]) -> None:
    """Take away containers that are nothing when empty."""
    for parent, one in zip(reversed(chain[:-1]), reversed(chain[1:]), strict=True):
        if one.kids or not one.pure:
            return
        del parent.below()[key_of(one.words)]
