"""Ways to reach a records system: the municipality's choice, and `settings.ARCHIVE_CONNECTOR` until it has made one."""

from importlib import import_module

from archive import systems
from archive.connectors.base import Connector


def connect() -> Connector:
    """A new connection, not shared between threads. Nothing is sent until it is used."""
    connector: Connector = import_module(f"archive.connectors.{systems.current().adapter}").connect()
    return connector
