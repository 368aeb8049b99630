"""The merge language of letter templates. Nothing but these three forms, over a flat dictionary:

    {{ felt }}                                     a field; {{ rad.del }} inside a loop
    {% hvis felt %} … {% ellers %} … {% slutt %}   if the field or list is filled in
    {% for rad in liste %} … {% slutt %}           once per row of a list

A `hvis` may hold a `for` or the other way round, but neither holds one of its own kind. A template sees only strings
and lists of rows of strings that were made for it: no objects, no attributes, no calls, no filters. Values are text,
never markup or template: `markup.py` gets them with every mark escaped.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

Row = Mapping[str, str]
Data = Mapping[str, str | Sequence[Row]]
Escape = Callable[[str], str]

MAX_TEMPLATE = 40_000
MAX_PARTS = 1_000
MAX_ROWS = 200
MAX_VALUE = 20_000
MAX_OUTPUT = 200_000
MAX_SECONDS = 1.0

MARK = re.compile(r"\{\{|\{%|\}\}|%\}")
NAME = re.compile(r"[a-zæøå][a-z0-9æøå_]*")
FIELD = re.compile(rf"({NAME.pattern})(?:\.({NAME.pattern}))?")
FOR = re.compile(rf"for\s+({NAME.pattern})\s+in\s+({NAME.pattern})")
IF = re.compile(rf"hvis\s+({NAME.pattern})(?:\.({NAME.pattern}))?")


class TemplateError(Exception):
    """The template cannot be used. `line` counts from 1; the message is for the person who edits it."""

    def __init__(self, line: int, message: object) -> None:
        super().__init__(str(message))
        self.line = line
        self.message = message

    def __str__(self) -> str:
        return str(_("Linje %(line)d: %(message)s") % {"line": self.line, "message": self.message})


class TooMuch(Exception):
    """The finished text grew past the limit of size or time."""


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Value:
    name: str
    part: str = ""


@dataclass(slots=True)
class Block:
    """A `hvis` (with `otherwise`) or a `for` (with `row`)."""

    kind: str
    name: str
    line: int
    part: str = ""
    row: str = ""
    body: "list[Part]" = field(default_factory=list)
    otherwise: "list[Part] | None" = None


Part = Text | Value | Block


@dataclass(frozen=True, slots=True)
class Template:
    parts: list[Part]

    def used(self) -> set[str]:
        """Names of all fields and lists the template mentions."""
        return set(names_in(self.parts, rows=frozenset()))

    def render(self, data: Data, *, escape: Escape = str) -> str:
        """Fill in. Raises TooMuch past 200 kB or one second; a field that is not there is empty."""
        output = Output(deadline=time.monotonic() + MAX_SECONDS)
        write(self.parts, data, {}, escape, output)
        return "".join(output.pieces)


def names_in(parts: list[Part], rows: frozenset[str]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, Value) and part.name not in rows:
            yield part.name
        elif isinstance(part, Block):
            if part.name not in rows:
                yield part.name
            yield from names_in(part.body, rows | {part.row} if part.row else rows)
            yield from names_in(part.otherwise or [], rows)


@dataclass(slots=True)
class Output:
    deadline: float
    pieces: list[str] = field(default_factory=list)
    size: int = 0

    def add(self, text: str) -> None:
        self.size += len(text.encode())
        if self.size > MAX_OUTPUT or time.monotonic() > self.deadline:
            raise TooMuch
        self.pieces.append(text)


def write(parts: list[Part], data: Data, rows: Mapping[str, Row], escape: Escape, output: Output) -> None:
    for part in parts:
        match part:
            case Text(text):
                output.add(text)
            case Value(name, field_part):
                output.add(escape(text_of(lookup(name, field_part, data, rows))))
            case Block(kind="for"):
                values = data.get(part.name, ())
                for row in () if isinstance(values, str) else values[:MAX_ROWS]:
                    write(part.body, data, {**rows, part.row: row}, escape, output)
            case Block():
                filled = has_content(lookup(part.name, part.part, data, rows))
                write(part.body if filled else part.otherwise or [], data, rows, escape, output)


def lookup(name: str, part: str, data: Data, rows: Mapping[str, Row]) -> str | Sequence[Row]:
    return rows[name].get(part, "") if name in rows else data.get(name, "")


def text_of(value: str | Sequence[Row]) -> str:
    return value[:MAX_VALUE] if isinstance(value, str) else ""


def has_content(value: str | Sequence[Row]) -> bool:
    return bool(value.strip() if isinstance(value, str) else value)


def parse(source: str, allowed: Mapping[str, frozenset[str] | None]) -> Template:
    """Read a template. `allowed` gives each field name, with the row parts for a list and None for a plain field.

    Raises TemplateError for anything unknown, so that a template that was saved can always be rendered.
    """
    if len(source) > MAX_TEMPLATE:
        raise TemplateError(1, _("Malen er for lang. Den kan ha høyst %(n)d tegn.") % {"n": MAX_TEMPLATE})
    return Parser(source, allowed).run()


class Parser:
    """One pass over the marks of the source, with the open blocks on a stack of at most two."""

    def __init__(self, source: str, allowed: Mapping[str, frozenset[str] | None]) -> None:
        self.source = source
        self.allowed = allowed
        self.root: list[Part] = []
        self.stack: list[Block] = []
        self.count = 0
        self.position = 0

    def run(self) -> Template:
        while mark := MARK.search(self.source, self.position):
            self.add_text(mark.start())
            if mark[0] in ("}}", "%}"):
                raise self.error(mark.start(), _("«%(mark)s» mangler en begynnelse.") % {"mark": mark[0]})
            closing = "}}" if mark[0] == "{{" else "%}"
            end = self.source.find(closing, mark.end())
            inner = self.source[mark.end() : end].strip()
            if end < 0 or "\n" in inner or MARK.search(inner):
                raise self.error(mark.start(), _("«%(mark)s» blir ikke lukket på samme linje.") % {"mark": mark[0]})
            if mark[0] == "{{":
                self.add(self.value(inner, mark.start()), mark.start())
            else:
                self.tag(inner, mark.start())
            self.position = end + 2
        self.add_text(len(self.source))
        if self.stack:
            block = self.stack[-1]
            raise TemplateError(block.line, _("Blokken mangler {% slutt %}."))
        check_loops(self.root)
        return Template(self.root)

    def error(self, position: int, message: object) -> TemplateError:
        return TemplateError(self.source.count("\n", 0, position) + 1, message)

    def add_text(self, end: int) -> None:
        if end > self.position:
            self.add(Text(self.source[self.position : end]), self.position)

    def add(self, part: Part, position: int) -> None:
        self.count += 1
        if self.count > MAX_PARTS:
            raise self.error(position, _("Malen har for mange felt og blokker."))
        if not self.stack:
            self.root.append(part)
        else:
            block = self.stack[-1]
            (block.body if block.otherwise is None else block.otherwise).append(part)

    def rows(self) -> dict[str, str]:
        """Loop variables in force, with the list each walks."""
        return {block.row: block.name for block in self.stack if block.kind == "for"}

    def value(self, inner: str, position: int) -> Value:
        found = FIELD.fullmatch(inner)
        if found is None:
            raise self.error(position, _("«%(text)s» er ikke et felt. Skriv bare feltnavnet.") % {"text": inner[:40]})
        name, part = found[1], found[2] or ""
        self.check(name, part, position)
        if not part and self.allowed.get(name) is not None:
            raise self.error(position, _("«%(name)s» er en liste. Bruk {%% for … in … %%}.") % {"name": name})
        return Value(name, part)

    def check(self, name: str, part: str, position: int) -> None:
        """That the field exists here. `x.del` is known only inside a loop with row name `x`."""
        rows = self.rows()
        parts = self.allowed.get(rows[name]) if name in rows else None
        known = part in (parts or ()) if name in rows else not part and name in self.allowed
        if not known:
            shown = f"{name}.{part}" if part else name
            raise self.error(position, _("Feltet «%(name)s» finnes ikke for denne dokumenttypen.") % {"name": shown})

    def tag(self, inner: str, position: int) -> None:
        if found := IF.fullmatch(inner):
            self.check(found[1], found[2] or "", position)
            self.open(Block("hvis", found[1], self.line(position), part=found[2] or ""), position)
        elif found := FOR.fullmatch(inner):
            self.open_loop(found[1], found[2], position)
        elif inner == "ellers":
            if not self.stack or self.stack[-1].kind != "hvis" or self.stack[-1].otherwise is not None:
                raise self.error(position, _("{% ellers %} hører til i en {% hvis … %}."))
            self.stack[-1].otherwise = []
        elif inner == "slutt":
            if not self.stack:
                raise self.error(position, _("{% slutt %} mangler en begynnelse."))
            self.stack.pop()
        else:
            text = inner[:40]
            raise self.error(
                position, _("«%(text)s» er ikke en kommando. Bruk hvis, ellers, for eller slutt.") % {"text": text}
            )

    def line(self, position: int) -> int:
        return self.source.count("\n", 0, position) + 1

    def open_loop(self, row: str, name: str, position: int) -> None:
        if self.allowed.get(name) is None:
            raise self.error(position, _("«%(name)s» er ikke en liste for denne dokumenttypen.") % {"name": name})
        if row in self.allowed:
            raise self.error(
                position, _("«%(name)s» er navnet på et felt. Velg et annet navn på raden.") % {"name": row}
            )
        self.open(Block("for", name, self.line(position), row=row), position)

    def open(self, block: Block, position: int) -> None:
        if any(outer.kind == block.kind for outer in self.stack):
            raise self.error(
                position, _("{%% %(kind)s %%} kan ikke stå inne i en annen {%% %(kind)s %%}.") % {"kind": block.kind}
            )
        self.add(block, position)
        self.stack.append(block)


def check_loops(parts: list[Part]) -> None:
    """Refuse a template whose loops could fill the limit with their own text alone. Raises TemplateError."""
    total = 0
    for block in blocks_in(parts):
        if block.kind == "for":
            total += MAX_ROWS * own_size(block.body)
            if total > MAX_OUTPUT // 2:
                raise TemplateError(block.line, _("Løkken kan gi for mye tekst. Gjør det som gjentas, kortere."))


def blocks_in(parts: list[Part]) -> Iterator[Block]:
    for part in parts:
        if isinstance(part, Block):
            yield part
            yield from blocks_in(part.body)
            yield from blocks_in(part.otherwise or [])


def own_size(parts: list[Part]) -> int:
    """Bytes of text in `parts`; a block counts with its longer branch, a field with a few words."""
    size = 0
    for part in parts:
        match part:
            case Text(text):
                size += len(text.encode())
            case Value():
                size += 20
            case Block():
                size += max(own_size(part.body), own_size(part.otherwise or []))
    return size
