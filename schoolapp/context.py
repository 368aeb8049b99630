"""What every page's frame needs: the municipality, the menu of the user's role, the current school year."""

from django.http import HttpRequest

from accessctl.models import Municipality


def shell(request: HttpRequest) -> dict[str, object]:
    return {"municipality": Municipality.objects.first()}
