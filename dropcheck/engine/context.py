"""Files that the verdict on others depends on: base classes, helpers, and the callers of helpers.

The sieve lets through what holds dropout itself. What else matters is only known once those files are linked: a base class in
a file without dropout, a file that calls a helper, or, when a single file is checked, the rest of its package.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from typing import TYPE_CHECKING

from dropcheck.discover import Discovery
from dropcheck.engine.guesses import likely_callers
from dropcheck.engine.leads import Leads
from dropcheck.engine.loading import Loaded
from dropcheck.engine.result import IMPORTS, MISSING
from dropcheck.engine.slicing import Slices
from dropcheck.engine.trace import Definition, Sort
from dropcheck.engine.workspace import Workspace
from dropcheck.errors import SourceError
from dropcheck.extract.slices import foreign
from dropcheck.facts import FunctionFacts, as_written
from dropcheck.frozen import dataclass
from dropcheck.link import Project
from dropcheck.link.follow import follow_imports
from dropcheck.link.inherited import left_to_subclasses
from dropcheck.link.made import made_in
from dropcheck.link.project import Owner
from dropcheck.outcome import FileError
from dropcheck.sieve.scan import bare, mentions, speaks_of
from dropcheck.source.text import SourceFile, read_code, read_source
from dropcheck.worlds import Attr, CallOf, Defined, Display, Imported, Op, Param, Receiver, Value, arms

if TYPE_CHECKING:
    from dropcheck.engine.pool import Outcome, Task

#: Each round may lead to further files; real projects need three or four.
_MAX_ROUNDS = 12
_CALL = re.compile(rb"([A-Za-z_][\w.]*)[ \t]*\(")
#: Calls whose result is a table or another function.
_KEPT_CALLS = frozenset({b"dict", b"list", b"tuple", b"partial", b"OrderedDict", b"getattr"})
#: What a function holds that decides about dropout elsewhere, by what it returns.
_DECIDES = (b"training", b"drop")


@dataclass(frozen=True, slots=True)
class Completed:
    """What completing a workspace came to.

    Args:
        sources: what was read, by path; more than before where files joined the run after all.
        touched: every file that was looked into for the sake of others, in the run and outside it.
        links: the files that names were followed from and to.
        open: whether files outside the run may matter, or one could not be read: then anything may matter anywhere.
        notes: what could not be read, one line each: the analysis went on without it.
    """

    sources: dict[str, SourceFile]
    touched: frozenset[str]
    links: frozenset[tuple[str, str]]
    open: bool
    notes: tuple[str, ...]


class Completion:
    """Puts every file, or part of one, into a workspace that the verdict on its files depends on.

    Until the files that passed the sieve are in it, only :meth:`run` is left to do.

    Args:
        workspace: the files that passed the sieve.
        loaded: the files of the run; of those that did not pass, the ones that call a helper join it after all.
        slices: which parts of the files are there.
        found: how the files were found.
        jobs: how many processes at most.
    """

    def __init__(self, workspace: Workspace, loaded: Loaded, slices: Slices, found: Discovery, jobs: int | None) -> None:
        self.workspace = workspace
        self.slices = slices
        self.jobs = jobs
        catalogue = workspace.catalogue
        self.raws: dict[str, bytes] = {}
        self.unread = loaded.waiting
        self.lookers = loaded.lookers
        in_run = workspace.finder.in_run
        self.waiting = {full: path for full, path in in_run.items() if path in loaded.waiting}
        self.given = {full for full, path in in_run.items() if path in loaded.sources} | self.waiting.keys()
        # What joins the run later stays one of its files.
        self.leads = Leads(
            catalogue,
            workspace.finder,
            self._read,
            frozenset(self.given),
            lambda folder: not loaded.errors and found.has_all_of(folder),
        )
        self.tracer = self.leads.tracer
        self.sources = dict(loaded.sources)
        self.notes: list[str] = []
        self.done: set[tuple[str, str]] = set()
        self.seen_words: set[str] = set()
        self.unreadable: set[str] = set()
        self.links: set[tuple[str, str]] = set()
        # Where a package is there in part, its helpers may lie in the other part.
        named = {file.path for file in found.files if file.named}
        self.partial = self.leads.in_part((*self.waiting.values(), *slices.cut), named)

    def run(self) -> Completed:
        """Find and add them."""
        leading = (self._source(path) for path in self.partial if self.leads.to_dropout(path))
        tasks = [self.slices.whole(source) for source in leading if source is not None]
        self._begin(tasks)()
        for _ in range(_MAX_ROUNDS):
            project = self._linked()
            definitions = self._definitions(project)
            join = self._begin(definitions)
            # Definitions may show that a helper leaves nothing to its callers; but these can be looked for meanwhile.
            found = {task.path: task for task in self._callers(project)}
            join()
            if definitions:
                # What these lead to in turn is extracted together with the callers.
                found |= {task.path: task for task in self._definitions(self._linked())}
            elif not found:
                break
            self._begin(tuple(found.values()))()
        is_open = self.leads.is_open or bool(self.notes or self.unreadable)
        self._note_missing(self.workspace.project())
        touched = self.tracer.visited | self.workspace.project().files.keys() | self.unreadable
        return Completed(
            self.sources,
            touched,
            frozenset(self.links | self.tracer.links),
            open=is_open,
            notes=tuple(self.notes),
        )

    def _linked(self) -> Project:
        """The project as it is now, with its imports followed."""
        project = self.workspace.project()
        follow_imports(project)
        self.links |= project.names.links
        return project

    def words_in(self, paths: Iterable[str]) -> dict[str, frozenset[str]]:
        """The names that the files of the run were searched for, each with those of some files that hold it."""
        raws = [(path, raw) for path in paths if (raw := self._read(path)) is not None]
        return {word: frozenset(path for path, raw in raws if mentions(raw, bare(word))) for word in sorted(self.seen_words)}

    def _note_missing(self, project: Project) -> None:
        """Note the modules of the project that its files import and that are not there, as far as they were looked for."""
        for (importer, module), (package, name) in sorted(project.names.missing.items()):
            if os.path.basename(package) == "__init__.py" and not self.tracer.trace(package, name):
                self.notes.append(f"{importer}{IMPORTS}{module}{MISSING}")

    def _source(self, path: str) -> SourceFile | None:
        """A file as it is in the workspace, or as it is on disk; None where it cannot be read."""
        if path in self.unreadable:
            return None
        if path not in self.sources:
            try:
                self.sources[path] = read_source(path)
            except SourceError as error:
                self.unreadable.add(path)
                self.notes.append(f"{error}; the analysis went on without it")
                return None
        return self.sources[path]

    def _begin(self, tasks: Sequence[Task]) -> Callable[[], None]:
        """Let files, or parts of them, be extracted; what is returned waits for them and puts them into the workspace."""
        outcomes = self.workspace.known.begin_extraction(tasks, self.workspace.catalogue, jobs=self.jobs, tick=lambda: None)
        return lambda: self._join(tasks, outcomes())

    def _join(self, tasks: Sequence[Task], outcomes: Sequence[Outcome]) -> None:
        for task, outcome in zip(tasks, outcomes, strict=True):
            full = os.path.abspath(task.path)
            if isinstance(outcome, FileError):
                self.unreadable.add(task.path)
                self.notes.append(f"{outcome.path}: {outcome.message}; the analysis went on without it")
            elif full in self.given:
                self.waiting.pop(full, None)
                self.workspace.put(task, outcome)
            else:
                if outcome.syntax_error is not None:
                    self.notes.append(f"{task.path}: does not parse; the analysis went on without it")
                self.workspace.put_context(task, outcome)

    def _read(self, path: str) -> bytes | None:
        if path not in self.raws:
            try:
                self.raws[path] = self._first_read(path)
            except SourceError:
                return None
        return self.raws[path]

    def _first_read(self, path: str) -> bytes:
        if path in self.unread:
            return self.unread[path]
        return self.sources[path].code if path in self.sources else read_code(path)

    def _definitions(self, project: Project) -> list[Task]:
        """What imports lead to, as far as it matters, and the files in between."""
        wanted: dict[str, set[str]] = {}
        for path, names in project.names.wanted.items():
            for name in names:
                if (path, name) in self.done:
                    continue
                self.done.add((path, name))
                # A function decides by the dropout or the mode in it; outside the run also by the helpers that it calls, which
                # inside the run are found by their names.
                for found in self.tracer.trace(path, name.lstrip("=")):
                    if self._decides(found, surely=name.startswith("=")):
                        wanted.setdefault(found.path, set()).add(found.name)
                        for between, handed_on in found.via:
                            wanted.setdefault(between, set()).add(handed_on)
        sources = ((self._source(path), names) for path, names in sorted(wanted.items()))
        tasks = (self.slices.with_names(source, sorted(names)) for source, names in sources if source is not None)
        return [task for task in tasks if task is not None]

    def _decides(self, found: Definition, *, surely: bool) -> bool:
        if surely:
            return True
        if found.sort is Sort.VALUE:
            return self._may_be_function(found)
        if found.sort is Sort.CLASS:
            return self.leads.drops(found) or self.leads.leads_on(found)
        return any(word in found.text for word in _DECIDES) or self.leads.leads_on(found)

    def _may_be_function(self, found: Definition) -> bool:
        """Whether a value may be a dropout function, a constant or a table, not the result of a call that makes neither."""
        if found.text.startswith(b"import "):
            return found.text.split()[1].partition(b".")[0] in self.leads.roots
        made = _CALL.match(found.text)
        if made is None:
            return True
        if made[1].rpartition(b".")[2] in _KEPT_CALLS:
            return True
        return any(self._decides(one, surely=False) for one in self.tracer.trace(found.path, made[1].decode()))

    def _callers(self, project: Project) -> list[Task]:
        """What calls a helper, in the run or in its packages, or names a class that drops otherwise than by the mode."""
        fresh = sorted(_names_of_helpers(project) - self.seen_words)
        self.seen_words.update(fresh)
        known = {os.path.abspath(path) for path in project.files}
        outside = (full for full in self.leads.outside if full not in known)
        paths = dict.fromkeys((*project.files, *self.waiting.values(), *outside)) if fresh else ()
        # All that is done for most files of a run: so it is no more than one search.
        holding = self.lookers.search([word.lstrip("(").encode() for word in fresh], paths, self._read)
        speaking = {
            path
            for word in (one.encode() for one in fresh)
            for path in holding[word.lstrip(b"(")]
            if _concerns(self._read(path) or b"", word, at_home=path in project.files)
        }
        # What calls a helper may be one itself: others can look for its callers meanwhile. It rarely goes on from there.
        is_first = len(fresh) == len(self.seen_words)
        functions = [word.encode() for word in fresh if is_first and word[0] not in "(." and not word[0].isupper()]
        self.lookers.expect(
            caller for word in functions for path in holding[word] for caller in likely_callers(self._read(path) or b"", word)
        )
        sources = (self._source(path) for path in paths if path in speaking)
        seen = sorted(self.seen_words)
        tasks = (self.slices.with_words(source, fresh, seen) for source in sources if source is not None)
        return [task for task in tasks if task is not None]


def _concerns(raw: bytes, word: bytes, *, at_home: bool) -> bool:
    """Whether a file speaks of a word.

    Only what belongs to a class reads attributes of its own instance, and such classes are found by the names of their bases: a
    file that is not there yet must ask another object.
    """
    if at_home or not word.startswith(b"."):
        return speaks_of(raw, word)
    return foreign(word.decode()).search(raw.decode("latin-1")) is not None


def _names_of_helpers(project: Project) -> set[str]:
    """Names by which other files can call what drops at its caller's word, or what leads to dropout that is left on."""
    names: set[str] = set()
    for path, function in project.calls.by_function:
        found = project.function(path, function)
        if found is not None and project.helpers.holes(path, function):
            method, owner = _as_written(found)
            names.add(owner if method in {"forward", "__call__"} and owner else method)
            names |= _names_of_bases(project, project.owner(path, found.owner)) if owner else set()
    for path, function in _leading_to_dropout(project):
        found = project.function(path, function)
        if found is not None:
            method, owner = _as_written(found)
            # What is known of a method depends on the subclasses of its class, and on who calls it.
            names |= _names_of_bases(project, project.owner(path, found.owner)) if owner else {method}
            names |= {f".{method}("} if owner and not _is_public(method) else set()
    for cls in left_to_subclasses(project):
        names |= _names_of_bases(project, cls)
    # Whether a mask that is drawn by hand is drawn in evaluation, too, is up to those who use it.
    drawing = (cls for file in project.files.values() for cls in file.classes if cls.random and not cls.reads_mode)
    names |= {as_written(cls.name).rpartition(".")[2] for cls in drawing}
    return _with_aliases(project, names - {""}) | _other_names(project)


def _names_of_bases(project: Project, owner: Owner | None) -> set[str]:
    """Words by which further subclasses of a class are found: its name among the bases of another, or that of a subclass.

    Where a base is a parameter, the calls of the function tell what it is.
    """
    known = [cls for _, cls in (owner, *project.subclasses(owner))] if owner is not None else []
    makers = {arm.function for cls in known for base in cls.bases for arm in arms(base) if isinstance(arm, Param)}
    names = {f"({as_written(cls.name).rpartition('.')[2]}" for cls in known}
    return names | {as_written(maker).rpartition(".")[2] for maker in makers}


def _other_names(project: Project) -> set[str]:
    """Names that files of the project give to dropout functions and classes, under which others may import them."""
    known = project.catalogue
    return {
        name
        for file in project.files.values()
        for name, value in file.names
        if isinstance(value, Imported)
        and (value.path in known.functions or value.path in known.modules)
        and name != value.path.rpartition(".")[2]
    }


def _as_written(function: FunctionFacts) -> tuple[str, str]:
    """The names of a function and of its class, as the source has them."""
    return as_written(function.name).rpartition(".")[2], as_written(function.owner).rpartition(".")[2]


def _leading_to_dropout(project: Project) -> set[tuple[str, str]]:
    """The functions with dropout that is left on, and those whose calls lead to them: when they run decides about it."""
    pending = list(project.left_on)
    found = set(pending)
    while pending:
        for caller, _ in project.calls.callers.get(pending.pop(), ()):
            if caller[1] and caller not in found and not _is_public(caller[1].rpartition(".")[2]):
                found.add(caller)
                pending.append(caller)
    return found


def _is_public(method: str) -> bool:
    """Whether a method is called by torch or Python, so that its callers do not tell when it runs."""
    return method.startswith(("__", "forward"))


def _with_aliases(project: Project, names: set[str]) -> set[str]:
    """Names of helpers, and the names of what is made of them: aliases, tables, partials, also kept on an instance."""
    found = set(names)
    for path, file in project.files.items():
        found |= {name for name, value in file.names if not found.isdisjoint(_leaves(value))}
        found |= {_maker_name(function) for function in file.functions if _makes_one_of(found, function.returns.train)}
        for cls in file.classes:
            kept = {
                fact.path[0]
                for fact in cls.attributes
                if not found.isdisjoint(_leaves(fact.value.train)) or _makes_one_of(found, fact.value.train)
            }
            if kept:
                found |= {f".{name}" for name in kept} | _names_of_bases(project, (path, cls))
    return found - {"*", ""}


def _makes_one_of(classes: Set[str], value: Value) -> bool:
    """Whether a value is an object of one of some classes, or holds one."""
    return any(name[:1].isupper() and name in classes for made in made_in(value) for name in _leaves(made.callee))


def _maker_name(function: FunctionFacts) -> str:
    name, owner = _as_written(function)
    return "" if _is_public(name) else f".{name}" if owner else name


def _leaves(value: Value) -> Iterator[str]:
    """The last names of what a value is made of."""
    match value:
        case Defined(name=name) | Imported(path=name):
            yield name.rpartition(".")[2]
        case Attr(base=Receiver(), name=name):
            yield name
        case Op(args=values) | Display(items=values) | CallOf(args=values):
            for part in values:
                yield from _leaves(part)
