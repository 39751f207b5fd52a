"""Which names a cell binds, uses and changes: read from its source, without running it."""

import ast
import builtins
import symtable
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from IPython.core.inputtransformer2 import TransformerManager

from casekit.grading.standins import ANY, ClassPlan

BUILTINS = frozenset(dir(builtins)) | {"get_ipython", "display", "__name__", "In", "Out", "_"}
_MUTATORS = frozenset({
    "add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem",
    "popleft", "read", "readline", "remove", "reverse", "setdefault", "shuffle", "sort", "update",
    "write", "writelines",
})  # fmt: skip
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


@dataclass
class Use:
    """What a piece of code does with the names of the notebook.

    Attributes:
        imports: Names that it binds by importing.
        defines: Names of functions and classes that it defines.
        data: Other names that it binds.
        now: Names that it reads when it runs.
        later: Names that its functions read when they are called.
        changes: Names whose objects it may change in place.
        notes: Those that it changes by itself, without calling for it, and those it counts up.
        aliases: Names that it binds, with those whose objects, or their elements, they are.
        star: Whether it imports whatever a module offers.
        modules: Modules that it imports.
    """

    imports: set[str] = field(default_factory=set)
    defines: set[str] = field(default_factory=set)
    data: set[str] = field(default_factory=set)
    now: set[str] = field(default_factory=set)
    later: set[str] = field(default_factory=set)
    changes: set[str] = field(default_factory=set)
    notes: set[str] = field(default_factory=set)
    aliases: list[tuple[set[str], set[str]]] = field(default_factory=list)
    star: bool = False
    modules: set[str] = field(default_factory=set)

    @property
    def binds(self) -> set[str]:
        """All names that it binds."""
        return self.imports | self.defines | self.data

    @property
    def reads(self) -> set[str]:
        """All names that it reads, now or later."""
        return self.now | self.later


def statements(source: str) -> list[str]:
    """Return the top-level statements of a cell as Python, magics written out.

    A cell that cannot be read has none. The body of a cell magic, as of ``%%time``, counts as the
    cell.
    """
    if source.lstrip().startswith("%%"):
        first, _, source = source.lstrip().partition("\n")
        words = [word for word in first.split()[1:] if word.isidentifier()]
        source += "".join(f"\n{word} = None" for word in words if first.startswith("%%capture"))
    try:
        text = TransformerManager().transform_cell(source)
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [ast.unparse(statement) for statement in tree.body]


def use(source: str) -> Use:
    """Return what a cell or statement does with names."""
    found = Use()
    for statement in statements(source):
        _add(found, statement)
    return found


def _add(found: Use, statement: str) -> None:
    try:
        tree, table = ast.parse(statement), symtable.symtable(statement, "cell", "exec")
    except (SyntaxError, RecursionError):
        return
    imported: set[str] = set()
    defined: set[str] = set()
    for node in _top_level(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            _add_import(found, node, imported)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            defined.add(node.name)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
            defined |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    bound = _bound(table)
    found.imports |= imported
    found.defines |= defined & bound
    found.data |= bound - imported - defined
    _add_reads(found, table, now=True)
    _add_changes(found, tree)


def _add_import(found: Use, node: ast.Import | ast.ImportFrom, imported: set[str]) -> None:
    for alias in node.names:
        if alias.name == "*":
            found.star = True
        else:
            imported.add(alias.asname or alias.name.partition(".")[0])
    if isinstance(node, ast.Import):
        found.modules |= {alias.name for alias in node.names}
    elif node.module and not node.level:
        # What is imported from a package may be a module of its own.
        found.modules |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}


def _top_level(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes outside functions and classes; those themselves too."""
    for node in ast.iter_child_nodes(tree):
        yield node
        if not isinstance(node, _SCOPES):
            yield from _top_level(node)


def _bound(table: symtable.SymbolTable) -> set[str]:
    names = {
        symbol.get_name()
        for symbol in table.get_symbols()
        if symbol.is_assigned() or symbol.is_imported()
    }
    return names | _declared_global(table)


def _declared_global(table: symtable.SymbolTable) -> set[str]:
    names: set[str] = set()
    for child in table.get_children():
        names |= {
            symbol.get_name()
            for symbol in child.get_symbols()
            if symbol.is_declared_global() and symbol.is_assigned()
        }
        names |= _declared_global(child)
    return names


def _add_reads(found: Use, table: symtable.SymbolTable, *, now: bool) -> None:
    top = table.get_type() == "module"
    reads = {
        symbol.get_name()
        for symbol in table.get_symbols()
        if (symbol.is_referenced() and (top or symbol.is_global()))
        or (symbol.is_declared_global() and not top)
    }
    (found.now if now else found.later).update(reads)
    for child in table.get_children():
        at_once = child.get_type() == "class" or child.get_name() in _COMPREHENSIONS
        _add_reads(found, child, now=now and at_once)


_COMPREHENSIONS = {"listcomp", "setcomp", "dictcomp", "genexpr"}


def _add_changes(found: Use, tree: ast.AST) -> None:
    """Note whose objects a statement may change: by parts, by methods, or by what it calls."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(
            node.ctx, ast.Store | ast.Del
        ):
            found.changes |= _roots([node])
            found.notes |= _roots([node])
        elif isinstance(node, ast.AugAssign):
            found.notes |= _roots([node.target])
        elif isinstance(node, ast.Call):
            found.changes |= _changed_by(node)
            found.notes |= _roots([node.func]) if _is_mutator(node) else set()
        elif isinstance(node, ast.Assign):
            found.aliases.append((_roots(node.targets), _roots([node.value])))
        elif isinstance(node, ast.For):
            found.aliases.append((_roots([node.target]), _roots([node.iter])))


def changed(uses: Iterable[Use]) -> set[str]:
    """Return names whose objects some pieces of code may change, under whatever name."""
    uses = list(uses)
    found = {name for use in uses for name in use.changes}
    aliases = [alias for use in uses for alias in use.aliases]
    for _ in aliases:
        found |= {name for names, what in aliases if names & found for name in what}
    return found


def _changed_by(node: ast.Call) -> set[str]:
    if _is_mutator(node):
        return _roots([node.func, *node.args])
    own = isinstance(node.func, ast.Name) and node.func.id not in BUILTINS
    return _roots(node.args) if own else set()


def _is_mutator(node: ast.Call) -> bool:
    named = isinstance(node.func, ast.Attribute) and node.func.attr in _MUTATORS
    return named or any(word.arg == "inplace" for word in node.keywords)


def _roots(nodes: Iterable[ast.AST]) -> set[str]:
    found: set[str] = set()
    for node in nodes:
        inner = node
        while isinstance(inner, ast.Attribute | ast.Subscript | ast.Starred):
            inner = inner.value
        if isinstance(inner, ast.Name):
            found.add(inner.id)
    return found


def classes(
    sources: Iterable[str], known: Mapping[str, ClassPlan] | None = None
) -> dict[str, ClassPlan]:
    """Return the classes that some code defines, with what they and their bases offer.

    Args:
        sources: Cells or statements.
        known: Classes that stand there already; they are returned too.
    """
    found = dict(known or {})
    for source in sources:
        for statement in statements(source):
            for node in ast.parse(statement).body:
                if isinstance(node, ast.ClassDef):
                    plan = _class_plan(node)
                    bases = [found[base.id] for base in node.bases
                             if isinstance(base, ast.Name) and base.id in found]  # fmt: skip
                    members = plan.members.union(*(base.members for base in bases))
                    special = plan.special.union(*(base.special for base in bases))
                    found[node.name] = ClassPlan(node.name, members, special)
    return found


def _class_plan(node: ast.ClassDef) -> ClassPlan:
    names: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(part.name)
        elif isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store):
            names.add(_mangled(node.name, part.attr))
        elif isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            names.add(part.id)
    for decorator in node.decorator_list:
        if "dataclass" in ast.unparse(decorator):
            names |= {"__eq__", "__repr__", "__hash__"}
        if "order" in ast.unparse(decorator):
            names |= {"__lt__", "__le__", "__gt__", "__ge__"}
    if names & {"__getattr__", "__setattr__"} or "setattr(" in ast.unparse(node):
        names.add(ANY)
    special = {name for name in names if name.startswith("__") and name.endswith("__")}
    return ClassPlan(node.name, frozenset(names - special), frozenset(special))


def _mangled(kind: str, name: str) -> str:
    """What a private attribute is called outside its class."""
    private = name.startswith("__") and not name.endswith("__")
    return f"_{kind.lstrip('_')}{name}" if private else name


def holders(sources: Iterable[str], known: Iterable[str]) -> set[str]:
    """Return names that some code binds to what may hold or make objects of some classes."""
    wanted, found = set(known), set(known)
    for source in sources:
        for statement in statements(source):
            names = {node.id for node in ast.walk(ast.parse(statement))
                     if isinstance(node, ast.Name)}  # fmt: skip
            if names & (wanted | found):
                found |= use(statement).binds
    return found


def without_regions(source: str, begin: str, end: str) -> str:
    """Return source without the lines between two marks, and without the marks."""
    kept, inside = [], False
    for line in source.split("\n"):
        if begin in line:
            inside = True
        elif end in line:
            inside = False
        elif not inside:
            kept.append(line)
    return textwrap.dedent("\n".join(kept))
