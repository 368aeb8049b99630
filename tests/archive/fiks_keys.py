"""Keys of two accounts, made once for the run."""

import functools

from archive.connectors.fiks_arkiv.envelope import Keys
from sandbox.fiks import keys
from sandbox.fiks.keys import certificate_pem, private_pem

__all__ = ["certificate_pem", "keys_of", "private_pem"]


@functools.cache
def keys_of(name: str) -> Keys:
    return keys.make(name)
