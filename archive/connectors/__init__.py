"""Ways to reach a records system. `settings.ARCHIVE_CONNECTOR` names the one in use."""

from importlib import import_module

from django.conf import settings

from archive.connectors.base import Connector


def connect() -> Connector:
    """A new connection, not shared between threads. Nothing is sent until it is used."""
    connector: Connector = import_module(f"archive.connectors.{settings.ARCHIVE_CONNECTOR}").connect()
    return connector
