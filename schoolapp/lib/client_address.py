"""The network address a request comes from, for counting tries. It is never kept."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """What the outermost of our own proxies saw. What stands before that in the header the client wrote itself."""
    seen = [address.strip() for address in str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")]
    ours: int = settings.PROXIES_IN_FRONT
    if 0 < ours <= len(seen) and seen[-ours]:
        return seen[-ours]
    return str(request.META.get("REMOTE_ADDR", ""))
