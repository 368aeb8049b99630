"""The text format of letters, made for people who write letters and not code:

    # Overskrift        ## Mindre overskrift        - punkt        1. nummerert punkt        **halvfet**

A blank line makes a new paragraph, a single line break a new line. Everything else is text. A backslash before a mark
makes it text too; that is how merged values arrive, so that what somebody typed in a field never becomes markup.
"""

import re
from collections.abc import Iterator
from html import escape as escape_html

import nh3

TAGS = {"h2", "h3", "p", "ul", "ol", "li", "strong", "br", "mark"}
MISSING_OPEN, MISSING_CLOSE = "\ue000", "\ue001"
HEADING = re.compile(r"(##?)\s+(.+)")
BULLET = re.compile(r"-\s+(.+)")
NUMBER = re.compile(r"\d{1,3}\.\s+(.+)")
BOLD = re.compile(r"(?<!\\)\*\*(?=\S)((?:\\.|[^*\\])+)(?<=\S)\*\*")
BACKSLASH = re.compile(r"\\([\\*#.\-])")
NOT_TEXT = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029\u202a-\u202e\u2066-\u2069\ue000-\uf8ff\ufffe\uffff\ud800-\udfff]"
)


class CleanHtml(str):
    """HTML that came out of the sanitiser. Templates print it as it is; nothing else makes one."""

    __slots__ = ()

    def __html__(self) -> "CleanHtml":
        return self


def clean(html: str) -> CleanHtml:
    """The allow-list: the handful of elements above, no attributes. Cleaning twice changes nothing."""
    return CleanHtml(nh3.clean(html, tags=TAGS, attributes={}, link_rel=None))


def plain(value: str) -> str:
    """A value as text: line breaks made alike, control and direction marks gone."""
    return NOT_TEXT.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))


def escape_value(value: str) -> str:
    """A field's value for the merge: every mark of the format is made text; line breaks and paragraphs remain."""
    text = re.sub(r"([\\*#.\-])", r"\\\1", plain(value))
    return re.sub(r"\n{3,}", "\n\n", text)


def missing(label: str) -> str:
    """What a preview shows where a required field is still empty."""
    return f"{MISSING_OPEN}{escape_value(label)}{MISSING_CLOSE}"


def to_html(text: str) -> CleanHtml:
    """The letter's body. Takes merged text; the result is sanitised."""
    return clean("\n".join(blocks(text)))


def blocks(text: str) -> Iterator[str]:
    kind: str = ""
    lines: list[str] = []
    for line in [*(line.strip() for line in text.replace("\r\n", "\n").split("\n")), ""]:
        line_kind, content = kind_of(line)
        if lines and (line_kind != kind or line_kind in ("h2", "h3")):
            yield element(kind, lines)
            lines = []
        kind = line_kind
        if content:
            lines.append(content)


def kind_of(line: str) -> tuple[str, str]:
    if not line:
        return "", ""
    if found := HEADING.fullmatch(line):
        return ("h2" if found[1] == "#" else "h3"), found[2]
    if found := BULLET.fullmatch(line):
        return "ul", found[1]
    if found := NUMBER.fullmatch(line):
        return "ol", found[1]
    return "p", line


def element(kind: str, lines: list[str]) -> str:
    if kind in ("ul", "ol"):
        return f"<{kind}>{''.join(f'<li>{inline(line)}</li>' for line in lines)}</{kind}>"
    return f"<{kind}>{'<br>'.join(inline(line) for line in lines)}</{kind}>"


def inline(text: str) -> str:
    text = BOLD.sub(r"<strong>\1</strong>", escape_html(text, quote=False))
    text = BACKSLASH.sub(r"\1", text)
    return text.replace(MISSING_OPEN, "<mark>").replace(MISSING_CLOSE, "</mark>")


def one_line(text: str) -> str:
    """Merged text for a title: no marks, no line breaks."""
    text = BACKSLASH.sub(r"\1", text.replace("**", ""))
    return re.sub(r"\s+", " ", text.replace(MISSING_OPEN, "[").replace(MISSING_CLOSE, "]")).strip()
