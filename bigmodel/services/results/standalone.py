"""Programs that go along with a downloaded model: what they take from this app is written into them.

It reads source text and never imports it: engines need torch, which the web process must not load.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

ROOT = Path(__file__).parents[3]
APP = "bigmodel"
DEFINING = ("def ", "class ", "@")
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass
class _Source:
    """A module as text: the statement that defines each of its names, and the import that brings each other one."""

    path: Path
    definitions: dict[str, ast.stmt] = field(default_factory=dict)
    imports: dict[str, tuple[str, str]] = field(default_factory=dict)  # (module, name in it)

    def __post_init__(self) -> None:
        for node in self.tree.body:
            match node:
                case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                    self.definitions[name] = node
                case ast.Assign() | ast.AnnAssign():
                    self.definitions |= dict.fromkeys(_names(node, ast.Store), node)
                case ast.Import(names=names):
                    found = {alias.asname or alias.name: (alias.name, "") for alias in names}
                    self.imports |= found
                case ast.ImportFrom(module=str(module), names=names):
                    found = {alias.asname or alias.name: (module, alias.name) for alias in names}
                    self.imports |= found

    @cached_property
    def text(self) -> str:
        return self.path.read_text("utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    def lines(self, node: ast.stmt) -> str:
        """Return a statement as it stands, with its decorators."""
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(each.lineno for each in decorators)])
        return "\n".join(self.text.splitlines()[first - 1 : node.end_lineno])


@dataclass
class _Collector:
    """Gathers definitions, each after those that it uses, and the imports they need."""

    instead: Mapping[str, str] = field(default_factory=dict)
    sources: dict[str, _Source] = field(default_factory=dict)
    parts: dict[str, None] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    imports: dict[str, tuple[str, str]] = field(default_factory=dict)

    def take(self, module: str, name: str) -> None:
        """Gather a name of a module of the app.

        Raises:
            ValueError: the module has no such name, or another module one that means something else.
        """
        module = self.instead.get(name, module)
        source = self.sources.setdefault(module, _source(module))
        if name not in source.definitions:
            self._bring(source, name)
            return
        node = source.definitions[name]
        text = source.lines(node)
        if self.names.setdefault(name, text) != text:
            raise ValueError(f"two definitions of {name} in one program")
        if text in self.parts:
            return
        self.parts[text] = None  # so that what calls itself is gathered once
        for used in _names(node, ast.Load):
            if used in source.definitions or used in source.imports:
                self.take(module, used)
        del self.parts[text]
        self.parts[text] = None

    def _bring(self, source: _Source, name: str) -> None:
        module, origin = source.imports[name]
        if module.split(".")[0] == APP:
            if origin != name:
                raise ValueError(f"{source.path.name} calls {origin} by another name")
            self.take(module, name)
        elif self.imports.setdefault(name, (module, origin)) != (module, origin):
            raise ValueError(f"two imports of {name} in one program")


def assemble(program: Path, instead: Mapping[str, str] = NOTHING) -> str:
    """Return the text of a program, with all that it imports from this app in the place of the imports.

    Args:
        instead: modules that names are taken from, in place of those that the program imports them from.
    """
    source, found = _Source(program), _Collector(instead)
    wanted = [
        node
        for node in source.tree.body
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == APP
    ]
    for node in wanted:
        for alias in node.names:
            found.take(str(node.module), alias.name)
    lines = source.text.splitlines()
    if wanted:
        first, last = wanted[0].lineno - 1, wanted[-1].end_lineno
        imports = "\n".join(_import_lines(found.imports, source.imports))
        constants = "\n".join(part for part in found.parts if not part.startswith(DEFINING))
        others = [part for part in found.parts if part.startswith(DEFINING)]
        blocks = [f"{imports}\n\n{constants}".strip("\n"), *others]
        lines[first:last] = ["\n\n\n".join(block for block in blocks if block)]
    return "\n".join(lines) + "\n"


def _source(module: str) -> _Source:
    return _Source(ROOT.joinpath(*module.split(".")).with_suffix(".py"))


def _names(node: ast.stmt, context: type[ast.expr_context]) -> Iterator[str]:
    """Yield the names that a statement reads or sets, also those in quoted types."""
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and isinstance(each.ctx, context):
            yield each.id


def _import_lines(
    needed: dict[str, tuple[str, str]], known: dict[str, tuple[str, str]]
) -> Iterator[str]:
    by_module: dict[str, list[str]] = {}
    for name, (module, origin) in sorted(needed.items()):
        if known.get(name) == (module, origin):
            continue
        if origin:
            said = name if name == origin else f"{origin} as {name}"
            by_module.setdefault(module, []).append(said)
        else:
            yield f"import {module}" if name == module else f"import {module} as {name}"
    for module, names in sorted(by_module.items()):
        yield f"from {module} import {', '.join(names)}"
