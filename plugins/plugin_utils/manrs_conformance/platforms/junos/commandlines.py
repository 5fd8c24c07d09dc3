"""Configuration commands of Junos: `set`, `delete`, `activate`, `deactivate`, `insert`, `rename`, `copy`, `edit`, …"""

from __future__ import annotations

import copy

from .lexer import TOKEN, unquoted
from .loading import Found, Loader
from .schema import ROOT
from .statements import Key, Raw, Refused, Statement, key_of


def command(loader: Loader, text: str) -> None:
    """Carry out one line."""
    if not text or text[0] == "#" or text.startswith(("/*", "!manrs-redacted")):
        if text and loader.loading:
            loader.notes = (*loader.notes, text)
        return
    words = TOKEN.findall(text) if any(one in text for one in '"#/{;') else text.split()
    words = [one for one in words if not one.startswith(("#", "/*"))]
    if any(one in ("{", "}", ";") for one in words):
        raise Refused("curly text among configuration commands")
    verb, rest = words[0], words[1:]
    done = {"set": _set, "delete": _delete, "insert": _insert, "rename": _rename, "copy": _copy, "annotate": _annotate}.get(verb)
    if verb in MARKS:
        _mark(loader, verb, rest)
    elif done is None:
        raise Refused(f"what `{verb}` does in a fragment is not followed: write the whole path in each line")
    elif not rest:
        raise Refused("words are missing")
    else:
        done(loader, rest)


MARKS = {
    "deactivate": ("inactive:", True),
    "activate": ("inactive:", False),
    "protect": ("protect:", True),
    "unprotect": ("protect:", False),
}


def _set(loader: Loader, words: list[str]) -> None:
    notes, loader.notes = loader.notes, ()
    loader.put_root(Raw(words, "set " + " ".join(words), notes=notes))


def _delete(loader: Loader, words: list[str]) -> None:
    loader.delete(loader.root, ROOT, words)


def _one(loader: Loader, words: list[str]) -> Found:
    found = loader.find(loader.root, ROOT, words)
    if not found:
        raise Refused(f"statement not found: {' '.join(words)}")
    if len(found) > 1:
        raise Refused("it names more than one statement")
    return found[0]


def _mark(loader: Loader, verb: str, words: list[str]) -> None:
    mark, on = MARKS[verb]
    if not words:
        raise Refused("words are missing")
    try:
        found = _one(loader, words)
    except Refused:
        if not loader.loading:
            raise
        loader.root.below()[("", *words)] = Statement((), notes=(f"{verb} {' '.join(words)}",))
        return
    if found.value is not None and len(found.one.values) > 1:
        raise Refused("what becomes of one value of a list is not known: delete it instead")
    if not loader.loading and any("protect:" in one.marks for one in found.chain):
        raise Refused("it is protected")
    found.one.marks = found.one.marks | {mark} if on else found.one.marks - {mark}


def _insert(loader: Loader, words: list[str]) -> None:
    place = next((one for one in ("before", "after") if one in words), "")
    if not place:
        raise Refused("`before` or `after` is missing")
    at = len(words) - 1 - words[::-1].index(place)
    found = _one(loader, words[:at])
    other = words[at + 1 :]
    _free(found)
    if found.value is not None:
        values = [one for one in found.one.values if one != found.value]
        near = next((one for one in values if other and unquoted(one) == unquoted(" ".join(other[-1:]))), None)
        if near is None:
            raise Refused(f"statement not found: {' '.join(other)}")
        values.insert(values.index(near) + (place == "after"), found.value)
        found.one.values = tuple(values)
        return
    kids = found.chain[-1].below()
    near_key = _beside(found, other)
    if near_key not in kids or near_key == found.key:
        raise Refused(f"statement not found: {' '.join(other)}")
    items = [(key, one) for key, one in kids.items() if key != found.key]
    where = [key for key, _one in items].index(near_key) + (place == "after")
    items.insert(where, (found.key, found.one))
    kids.clear()
    kids.update(items)


def _beside(found: Found, words: list[str]) -> Key:
    """The key of a statement beside another, with or without the word that both begin with."""
    key = key_of(words)
    return key if len(key) >= len(found.key) else (*found.key[: len(found.key) - len(key)], *key)


def _split(words: list[str]) -> tuple[list[str], list[str]]:
    if "to" not in words:
        raise Refused("`to` is missing")
    at = len(words) - 1 - words[::-1].index("to")
    return words[:at], words[at + 1 :]


def _new_key(found: Found, words: list[str]) -> Key:
    if found.value is not None or found.one.values:
        raise Refused("only named statements get another name")
    key = _beside(found, words)
    if len(key) != len(found.key) or key[:-1] != found.key[:-1]:
        raise Refused("the new name does not fit the statement")
    if key in found.chain[-1].below():
        raise Refused(f"`{' '.join(key)}` exists already")
    _free(found)
    return key


def _free(found: Found) -> None:
    if any("protect:" in one.marks for one in (*found.chain, found.one)):
        raise Refused("it is protected")


def _rename(loader: Loader, words: list[str]) -> None:
    old, new = _split(words)
    found = _one(loader, old)
    key = _new_key(found, new)
    kids = found.chain[-1].below()
    items = [(key if at == found.key else at, one) for at, one in kids.items()]
    found.one.words = (*found.one.words[:-1], new[-1])
    kids.clear()
    kids.update(items)


def _copy(loader: Loader, words: list[str]) -> None:
    old, new = _split(words)
    found = _one(loader, old)
    key = _new_key(found, new)
    made = copy.deepcopy(found.one)
    made.words = (*made.words[:-1], new[-1])
    found.chain[-1].below()[key] = made


def _annotate(loader: Loader, words: list[str]) -> None:
    found = _one(loader, words[:-1])
    if not loader.flat:
        found.one.notes = (f"/* {unquoted(words[-1])} */",)
