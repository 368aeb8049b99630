"""Storing a file whole or not at all."""

from contextlib import suppress

from django.core.files.base import File
from django.core.files.storage import default_storage


def store(name: str, content: "File[bytes]") -> str:
    """Save under a `name` nobody else has, and give the name it got. What a full disk cuts short is not left behind.

    Raises OSError.
    """
    try:
        return default_storage.save(name, content)
    except OSError:
        with suppress(OSError):
            default_storage.delete(name)
        raise
