"""What somebody typed in a form when the session had run out, kept until they have logged in again.

The text waits encrypted in the browser's new, anonymous session for half an hour. It is given back only to the person
who was last logged in in the same browser: a signed cookie without personal data says who that was. The cookie is also
what stops strangers from filling the session table.
"""

from dataclasses import asdict, dataclass, field
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

from accessctl.login.sealed import seal, unseal
from accessctl.login.targets import own_path
from accessctl.models import User

DRAFT = "draft"
KEPT_SECONDS = 30 * 60
OWNER_COOKIE = "owner" if settings.DEVELOPMENT else "__Host-owner"
OWNER_AGE = 24 * 3600
SIGNER = signing.TimestampSigner(salt="accessctl.login.owner")


@dataclass(frozen=True)
class Draft:
    """A form that could not be received: where it was sent, the page it stood on, and its fields."""

    path: str
    page: str
    owner: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    had_files: bool = False

    @property
    def texts(self) -> list[str]:
        """The values a person wrote, told from keys and choices by having a space or a line break in them."""
        return [value for _name, value in self.fields if any(c.isspace() for c in value.strip())]


def keep(request: HttpRequest) -> bool:
    """Keep the posted fields of `request` in the session. False when there is nothing to keep or nobody to give it to.

    The caller must know that the form came from our own pages.
    """
    owner = _owner_in_cookie(request)
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken"
        for value in values
        if isinstance(value, str)
    ]
    if not owner or not fields:
        return False
    page = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    draft = Draft(
        path=request.get_full_path(),
        page=own_path(request, page),
        owner=owner,
        fields=fields,
        had_files=bool(request.FILES),
    )
    put(request, draft)
    return True


def put(request: HttpRequest, draft: Draft | None) -> None:
    if draft is not None:
        request.session[DRAFT] = seal(asdict(draft))


def peek(request: HttpRequest) -> Draft | None:
    """The draft that waits in this session, if it is not too old."""
    sealed = request.session.get(DRAFT)
    data = unseal(sealed, max_age=KEPT_SECONDS) if sealed else None
    return Draft(**data) if data else None


def waiting_for(request: HttpRequest) -> Draft | None:
    """The waiting draft of the logged-in user; never somebody else's."""
    draft = peek(request)
    return draft if draft and constant_time_compare(draft.owner, _owner(request.user)) else None


def discard(request: HttpRequest) -> None:
    request.session.pop(DRAFT, None)


def keep_after_csrf_failure(request: HttpRequest) -> bool:
    """Keep a form whose token was too old, if the browser vouches that it came from our own pages."""
    source = request.headers.get("Origin") or request.headers.get("Referer", "")
    parts, own = urlsplit(source), f"{request.scheme}://{request.get_host()}"
    return f"{parts.scheme}://{parts.netloc}" == own and keep(request)


def take(request: HttpRequest, user: User) -> Draft | None:
    """The waiting draft, removed from the session; None when it is somebody else's."""
    draft = peek(request)
    discard(request)
    return draft if draft and constant_time_compare(draft.owner, _owner(user)) else None


def was_logged_in(request: HttpRequest) -> bool:
    """Whether somebody was logged in in this browser lately without having logged out."""
    return bool(_owner_in_cookie(request))


def mark_owner(request: HttpRequest, response: HttpResponse) -> None:
    """Leave the cookie that says, to us only, who was last logged in here. It goes when the browser closes."""
    if not request.user.is_authenticated or _owner_in_cookie(request) == _owner(request.user):
        return
    response.set_cookie(
        OWNER_COOKIE,
        SIGNER.sign(_owner(request.user)),
        secure=not settings.DEVELOPMENT,
        httponly=True,
        samesite="Lax",
    )


def forget_owner(response: HttpResponse) -> None:
    response.delete_cookie(OWNER_COOKIE, samesite="Lax")


def _owner(user: User | AnonymousUser) -> str:
    return salted_hmac("accessctl.login.owner", user.get_username(), algorithm="sha256").hexdigest()[:32]


def _owner_in_cookie(request: HttpRequest) -> str:
    try:
        return SIGNER.unsign(request.COOKIES.get(OWNER_COOKIE, ""), max_age=OWNER_AGE)
    except signing.BadSignature:
        return ""
