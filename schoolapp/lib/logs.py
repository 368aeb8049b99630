"""What may reach the log: no national id, no secret address, and tracebacks only of errors."""

import logging
import re

from schoolapp.lib import request_id

# A key of ours ends in twelve letters and figures, and eleven of them in a row may be figures.
KEY_OR_NUMBER = re.compile(r"(?P<key>\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b)|(?<!\d)\d{6}\s?\d{5}(?!\d)")
# The address of a user's calendar is its own key, also one that works no longer.
CALENDAR = re.compile(r"(/kalender/)[^/\s'\"]+(\.ics)")


def without_ids(text: str, mask: str = "[fjernet]") -> str:
    """The text with `mask` for each national id, and what only looks like one left in keys of ours."""
    return KEY_OR_NUMBER.sub(lambda found: found["key"] or mask, text)


def redacted(text: str) -> str:
    return CALENDAR.sub(r"\1[fjernet]\2", without_ids(text))


class RedactNationalIds(logging.Filter):
    """Replaces every run of eleven digits in a log line, and every secret address, tracebacks included."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redacted(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redacted(record.exc_text)
        return True


class RefusalsOnOneLine(logging.Filter):
    """Takes the traceback from everything below an error: a request that is refused as it should be has no fault."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.ERROR:
            record.exc_info = record.exc_text = None
        return True


class NameTheRequest(logging.Filter):
    """Puts the request's number on the line, so that it can be held together with the access log."""

    def filter(self, record: logging.LogRecord) -> bool:
        current = request_id.current()
        record.request_id = str(current.id) if current else "-"
        return True
