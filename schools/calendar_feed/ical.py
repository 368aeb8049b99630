"""Writes iCalendar (RFC 5545): whole days only."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

MOST_OCTETS = 75


@dataclass(frozen=True)
class Event:
    """Days from `first` to `last`, both with. `uid` is the same each time the event is written."""

    uid: str
    first: date
    last: date
    title: str
    detail: str = ""


def calendar(name: str, events: Iterable[Event], *, stamp: date) -> bytes:
    """The calendar as a file. Equal events give equal bytes on the same day."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Schoolapp//Kalender//NO",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT12H",
    ]
    for event in sorted(events, key=lambda event: (event.first, event.uid)):
        lines += [
            "BEGIN:VEVENT",
            f"UID:{event.uid}",
            f"DTSTAMP:{stamp:%Y%m%d}T000000Z",
            f"DTSTART;VALUE=DATE:{event.first:%Y%m%d}",
            f"DTEND;VALUE=DATE:{event.last + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{escaped(event.title)}",
            *([f"DESCRIPTION:{escaped(event.detail)}"] if event.detail else []),
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return b"".join(part + b"\r\n" for line in lines for part in folded(line))


def escaped(text: str) -> str:
    """3.3.11: backslash, semicolon, comma and line breaks; other control characters have no place in a line."""
    for character in ("\\", ";", ","):
        text = text.replace(character, f"\\{character}")
    text = text.replace("\r\n", "\n").replace("\n", "\\n")
    return "".join(character for character in text if character >= " " and character != "\x7f")


def folded(line: str) -> Iterator[bytes]:
    """3.1: at most 75 octets in a line, never a letter in two."""
    part = b""
    for character in line:
        octets = character.encode()
        if len(part) + len(octets) > MOST_OCTETS:
            yield part
            part = b" "
        part += octets
    yield part
