"""What the bare text of every file of a run tells: files that hold no dropout may still change a rate or borrow a method."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

#: What is called like this holds settings from which models are made, or what passes between them, and is no model.
_SETTINGS = re.compile(
    r"(?:^|_)(?:args?|cfg|conf|configs?|configuration|opts?|options|hparams|hp|params|settings|namespace|ns"
    r"|ctx|context|batch|sample|samples|outputs?|results?|state)$"
)
#: ``args.encoder`` holds settings as ``args`` does.
_SECTION = re.compile(
    r"(?:\w+_)?(?:args?|cfg|conf|config|configs|hparams|opts?|options|settings)\.(?!model|net\b|module)", re.IGNORECASE
)
_SETTINGS_FILE = re.compile(r"(?:^|[\\/_])(?:config|configs|configuration|settings)(?:_\w+)?\.py$")
_STORE = re.compile(r"\.[ \t]*(?P<name>[A-Za-z_]\w*)[ \t]*(?:\+|-|\*\*?|//?|%|:[^=\n]{1,60})?=(?!=)")
#: ``model.p, model.q = ...``; what ends in a plain name may be the arguments of a call.
_TUPLE_STORE = re.compile(
    r"^[ \t]*\(?(?P<targets>(?:\*?[\w.\[\]]+[ \t]*,[ \t]*)+\*?[\w\[\]]+(?:\.[\w\[\]]+)+)\)?[ \t]*=(?!=)", re.MULTILINE
)
_TARGET = re.compile(r"(?P<object>[\w\]]+)\.(?P<name>[A-Za-z_]\w*)(?=[ \t]*(?:,|$))")
_OWNER = re.compile(r"(?P<owner>[\w)\]]+)\.(?P<outer>\w+)$")
_SETATTR = re.compile(r"\bsetattr\(\s*(?P<object>[\w.]+)\s*,\s*[\"'](?P<name>\w+)[\"']")
_LOOKED_UP = re.compile(r"\b(?:get|has|set|del)attr\(\s*(?:\w+\.)*(?P<object>\w+)\s*,\s*[\"'](?P<name>\w+)[\"']")
_OBJECT = re.compile(r"(?P<whole>(?:\w+\.)*(?P<last>[\w)\]]+))$")
_ITEM_STORE = re.compile(
    r"\.[ \t]*(?P<name>[A-Za-z_]\w*)(?:\[(?P<key>[^\]\n]{1,80})\][ \t]*(?:[-+*/%]|\*\*|//)?=(?!=)"
    r"|\.(?:append|clear|extend|insert|pop|popitem|remove|reverse|setdefault|sort|update)\()"
)
#: The same for a variable, anywhere but at the top of a file.
_GLOBAL_ITEM_STORE = re.compile(
    r"^[ \t]+(?P<name>[A-Za-z_]\w*)(?:\[(?P<key>[^\]\n]{1,80})\][ \t]*(?:[-+*/%]|\*\*|//)?=(?!=)"
    r"|\.(?:append|clear|extend|insert|pop|popitem|remove|reverse|setdefault|sort|update)\()",
    re.MULTILINE,
)
_STRING = re.compile(r"(?:'\w+'|\"\w+\")")
_BORROWED = re.compile(r"[=(,][ \t]*(?:\w+\.)*(?P<cls>[A-Z]\w*)\.(?P<method>[a-z_]\w*)[ \t]*(?=[\r\n#,);]|$)")


class Surroundings:
    """Every file of a run.

    Args:
        texts: each with its path.
    """

    def __init__(self, texts: Iterable[tuple[str, str]]) -> None:
        self.texts = tuple(texts)

    def store(self, name: str, receivers: frozenset[str]) -> str:
        """A place where an attribute of another object is set, such as ``model.p = ...`` in a schedule.

        Args:
            name: the attribute.
            receivers: what the instance is called in the methods of its class, where everything that is set is known.

        Returns:
            The place as ``path:row``; empty where there is none.
        """
        return next((place for owner, place in self._stores.get(name, {}).items() if owner not in receivers), "")

    def store_on(self, owner: str, name: str) -> str:
        """A place where an attribute of what has a name is set; empty where there is none.

        Args:
            owner: the last part of that name.
            name: the attribute.
        """
        return self._stores.get(name, {}).get(owner, "")

    def store_below(self, outer: str, name: str, receivers: frozenset[str]) -> str:
        """A place where something is set in an attribute of another object, such as ``model.config.p = ...``.

        Args:
            outer: that attribute.
            name: what is set in it.
            receivers: what the instance is called in the methods of its class.

        Returns:
            The place as ``path:row``; empty where there is none.
        """
        places = self._deep_stores.get((outer, name), {})
        return next((place for owner, place in places.items() if owner not in receivers), "")

    @cached_property
    def _deep_stores(self) -> dict[tuple[str, str], dict[str, str]]:
        found: dict[tuple[str, str], dict[str, str]] = {}
        for path, text in self.texts:
            for match in _STORE.finditer(text):
                chain = _OWNER.search(text, max(0, match.start() - 80), match.start())
                if chain and chain["owner"] != "self" and not _holds_settings(chain["owner"]):
                    row = text.count("\n", 0, match.start()) + 1
                    places = found.setdefault((chain["outer"], match["name"]), {})
                    places.setdefault(chain["owner"], f"{path}:{row}")
        return found

    @cached_property
    def _stores(self) -> dict[str, dict[str, str]]:
        """For each attribute, the names of the objects on which it is set, each with a place."""
        found: dict[str, dict[str, str]] = {}
        for path, text in self.texts:
            # What makes settings sets those of settings: its objects are no models.
            for owner, name, offset in _stores(text) if not _SETTINGS_FILE.search(path) else ():
                row = text.count("\n", 0, offset) + 1
                found.setdefault(name, {}).setdefault(owner, f"{path}:{row}")
        return found

    def looks_up(self, name: str) -> bool:
        """Whether an attribute of something that may be a model is looked up by its name: ``if hasattr(module, "dropout")``."""
        return name in self._looked_up

    @cached_property
    def _looked_up(self) -> frozenset[str]:
        found = (match for _, text in self.texts for match in _LOOKED_UP.finditer(text))
        return frozenset(match["name"] for match in found if not _holds_settings(match["object"]))

    def changes_item(self, name: str, key: str, *, of_global: bool) -> bool:
        """Whether an item of something of that name may be set once the files are read.

        Args:
            name: an attribute, on whatever object, or a variable.
            key: the key of the item, as it is written.
            of_global: whether it is a variable.
        """
        stores = (self._global_item_stores if of_global else self._item_stores).get(name, ())
        return any(_may_be_same(key, other) for other in stores)

    @cached_property
    def _item_stores(self) -> dict[str, set[str]]:
        return self._keys_by_name(_ITEM_STORE)

    @cached_property
    def _global_item_stores(self) -> dict[str, set[str]]:
        return self._keys_by_name(_GLOBAL_ITEM_STORE)

    def _keys_by_name(self, pattern: re.Pattern[str]) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for _, text in self.texts:
            for match in pattern.finditer(text):
                found.setdefault(match["name"], set()).add(match["key"] or "")
        return found

    def borrows(self, cls: str, method: str) -> bool:
        """Whether a method is taken from a class as a value, so that it may run on other objects: ``forward = Net.forward``."""
        return (cls, method) in self._borrowed

    @cached_property
    def _borrowed(self) -> frozenset[tuple[str, str]]:
        return frozenset((match["cls"], match["method"]) for _, text in self.texts for match in _BORROWED.finditer(text))

    def imports(self, module: str, name: str, path: str) -> bool:
        """Whether a file may take a name from another one.

        Args:
            module: the last part of the dotted name of the other one.
            name: the name.
            path: the other one.
        """
        stem, word = re.escape(module), re.escape(name)
        taken = re.compile(
            rf"^[ \t]*from[ \t]+[.\w]*\b{stem}[ \t]+import\b(?:[^(#\n]*(?:\b{word}\b|\*)|[ \t]*\([^)]*\b{word}\b)"
            rf"|\b{stem}\.{word}\b",
            re.MULTILINE,
        )
        return any(other != path and module in text and taken.search(text) for other, text in self.texts)


def _stores(text: str) -> Iterator[tuple[str, str, int]]:
    """The object, the attribute and the offset of each assignment to an attribute of anything but ``self`` or settings."""
    for match in _STORE.finditer(text):
        before = _OBJECT.search(text, max(0, match.start() - 80), match.start())
        if before and before["last"] != "self" and not _holds_settings(before["last"]) and not _SECTION.match(before["whole"]):
            yield before["last"], match["name"], match.start()
    for match in _TUPLE_STORE.finditer(text):
        for target in _TARGET.finditer(match["targets"]):
            if target["object"] != "self" and not _holds_settings(target["object"]):
                yield target["object"], target["name"], match.start("targets")
    for match in _SETATTR.finditer(text):
        last = match["object"].rpartition(".")[2]
        if last != "self" and not _holds_settings(last):
            yield last, match["name"], match.start()


def _may_be_same(key: str, other: str) -> bool:
    """Whether two keys, as they are written, may be the same: two different strings are not."""
    strings = _STRING.fullmatch(key), _STRING.fullmatch(other)
    return None in strings or key[1:-1] == other[1:-1]


def _holds_settings(name: str) -> bool:
    return _SETTINGS.search(name.lower()) is not None
