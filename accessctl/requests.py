from django.http import HttpRequest

from accessctl.models import User


class SignedInRequest(HttpRequest):
    """A request that a guard other than `public` has let through, so somebody is logged in. For type checking."""

    user: User
