"""Gathers every text of the interface and brings locale/*.po up to date: `python -m local_runtime.extract`.

Works without GNU gettext. Texts are bokmål in the source; the catalogues hold nynorsk and, for guardians, English.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from local_runtime.bootstrap import ROOT

OUTSIDE = {"node_modules", "tests", "bench", "sandbox", "local_runtime", "locale", "docs", "migrations"}
FUNCTIONS = {f"{kind}gettext{lazy}" for kind in ("", "n", "p", "np") for lazy in ("", "_lazy")} | {"_"}
CALL = re.compile(r"""\b(n?p?gettext|_)\(((?:\s*u?(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')\s*,?)+)""")
LANGUAGES = {"nn": "Norwegian Nynorsk", "en": "English"}

# What guardians and pupils meet; the rest is for staff, and Norwegian.
FOR_GUARDIANS = (
    "accessctl/login/*",
    "accessctl/rights/own.py",
    "accessctl/views*",
    "*/portal_cards.py",
    "*/views/guardian.py",
    "*/views/pupil.py",
    "guardians/access_overview.py",
    "guardians/own_forms.py",
    "guardians/views/own.py",
    "schoolapp/context.py",
    "schoolapp/doors.py",
    "templates/accessctl/*.html",
    "templates/components/*",
    "templates/errors/*",
    "templates/*/guardian/*",
    "templates/*/guardian*.html",
    "templates/documents/pupil_list.html",
    "templates/guardians/access.html",
    "templates/guardians/child.html",
    "templates/guardians/form.html",
    "templates/guardians/home.html",
    "templates/students/own.html",
    "templates/students/place.html",
    "templates/frame.html",
    "templates/no_door.html",
    "templates/plain.html",
    "templates/portal.html",
)
FOR_STAFF = ("templates/accessctl/journal/*", "templates/accessctl/rights/*")
HEADER_NOISE = ("# ", '"Project-', '"Report-', '"POT-', '"PO-', '"Last-', '"Language-Team', '"Generated-')

Id = str | tuple[str, str]


@dataclass
class Text:
    """One text of the source and the files it stands in."""

    id: Id
    context: str | None = None
    places: list[str] = field(default_factory=list)


def source_files() -> Iterator[Path]:
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        if any(part in OUTSIDE or part.startswith(".") for part in parts):
            continue
        if path.suffix == ".py" or ("templates" in parts and path.suffix in (".html", ".txt")):
            yield path


def texts_in(path: Path) -> Iterator[tuple[Id, str | None]]:
    """The texts of one file, each with its context."""
    for function, words in (calls_in_python if path.suffix == ".py" else calls_in_template)(path):
        context = words.pop(0) if "pgettext" in function else None
        yield ((words[0], words[1]) if "ngettext" in function or "npgettext" in function else words[0]), context


def calls_in_python(path: Path) -> Iterator[tuple[str, list[str]]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            function = getattr(node.func, "id", None) or getattr(node.func, "attr", "")
            words = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            if function in FUNCTIONS and words:
                yield function, words


def calls_in_template(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Django turns a template's texts into calls of gettext and blanks out everything else."""
    for call in CALL.finditer(templatize(path.read_text(), origin=str(path))):
        yield call[1], list(ast.literal_eval(f"({call[2].rstrip(', ')},)"))


def extracted() -> dict[tuple[str, str | None], Text]:
    """Every text of the interface, by its (singular) words and context."""
    found: dict[tuple[str, str | None], Text] = {}
    for path in source_files():
        for id_, context in texts_in(path):
            singular = id_ if isinstance(id_, str) else id_[0]
            text = found.setdefault((singular, context), Text(id_, context))
            if not isinstance(id_, str):
                text.id = id_
            text.places.append(str(path.relative_to(ROOT)))
    return found


def catalogue_path(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def read_catalogue(language: str) -> Catalog:
    path = catalogue_path(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as source:
        return read_po(source, locale=language)


def update(language: str, texts: dict[tuple[str, str | None], Text]) -> None:
    """Write the catalogue anew: the texts of the source in order, with the translations it already had."""
    before = read_catalogue(language)
    after = Catalog(locale=language, project="Schoolapp", charset="utf-8", fuzzy=False)
    for (singular, context), text in sorted(texts.items(), key=lambda item: (item[1].places[0], item[0][0])):
        known = before.get(singular, context)
        string = known.string if known and (isinstance(known.string, tuple) == isinstance(text.id, tuple)) else None
        flags = ["python-format"] if known and "python-format" in known.flags else []
        after.add(
            text.id,
            string,
            context=context,
            flags=flags,
            locations=[(place, 0) for place in sorted(set(text.places))],
        )
    path = catalogue_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = BytesIO()
    write_po(buffer, after, width=120, include_lineno=False)
    lines = buffer.getvalue().decode().splitlines(keepends=True)
    path.write_text(f"# {LANGUAGES[language]} texts of Schoolapp.\n" + "".join(filter(is_worth_keeping, lines)))


def is_worth_keeping(line: str) -> bool:
    """Not the header's dates and placeholders, which would change in every commit and say nothing."""
    return not line.startswith(HEADER_NOISE)


def wanted(language: str, texts: dict[tuple[str, str | None], Text]) -> dict[tuple[str, str | None], Text]:
    """The texts that exist in `language`: all of them in nynorsk, those of guardians and pupils in English."""
    if language != "en":
        return texts
    return {key: text for key, text in texts.items() if any(map(is_for_guardians, text.places))}


def is_for_guardians(place: str) -> bool:
    return any(fnmatch(place, g) for g in FOR_GUARDIANS) and not any(fnmatch(place, g) for g in FOR_STAFF)


def untranslated(language: str) -> list[str]:
    """The texts the catalogue has no words for, in every plural form."""
    return [
        known.id if isinstance(known.id, str) else known.id[0]
        for known in read_catalogue(language)
        if known.id and not (all(known.string) if isinstance(known.string, tuple) else known.string)
    ]


if __name__ == "__main__":
    texts = extracted()
    for language in LANGUAGES:
        update(language, wanted(language, texts))
        print(f"{language}: {len(wanted(language, texts))} texts, {len(untranslated(language))} without translation")
