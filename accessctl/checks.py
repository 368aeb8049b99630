"""Start-up check: every URL must lead to a view that says who may call it."""

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.urls import URLPattern, URLResolver, get_resolver

from accessctl.guards import access_of


def all_views(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Yield (route, pattern) for every URL of the project, through every include."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from all_views(entry.url_patterns, route)
        else:
            yield route, entry


@register("urls")
def every_view_declares_access(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [
        Error(f"{route} declares no access.", hint="Mark the view with accessctl.guards.", id="accessctl.E001")
        for route, entry in all_views()
        if access_of(entry.callback) is None
    ]
