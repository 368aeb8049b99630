"""How often one address has tried something lately, for pages anyone may reach. Without a cache nobody is stopped."""

import logging

from django.core.cache import cache
from django.http import HttpRequest
from redis.exceptions import RedisError

from schoolapp.lib.client_address import client_address

log = logging.getLogger(__name__)


def too_many(request: HttpRequest, what: str, *, most: int, seconds: int) -> bool:
    """Count this try, and say whether there have been more than `most` from there in the last `seconds`."""
    key = f"tries:{what}:{client_address(request)}"
    try:
        cache.add(key, 0, seconds)
        return int(cache.incr(key)) > most
    except (RedisError, ValueError):
        log.warning("tries of %s are not counted now", what)
        return False
