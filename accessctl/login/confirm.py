"""The page that asks somebody to confirm who they are, says why, and leads back to the very page they came for."""

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accessctl.guards import signed_in
from accessctl.login import drafts, level
from accessctl.login.level import ConfirmFirst, Content
from accessctl.login.providers import Provider, provider, providers
from accessctl.login.targets import RESUME, own_path


@dataclass(frozen=True)
class Why:
    title: str | Promise
    text: str | Promise


ONE_FACTOR = Why(
    _("Bekreft hvem du er"),
    _("Du er logget inn med bare passord. Opplysninger om elever krever innlogging med to faktorer."),
)
WHY = {
    Content.SENSITIVE: Why(
        _("Bekreft hvem du er for å åpne dokumentet"),
        _(
            "Dokumentet er merket som sensitivt. Derfor må du ha bekreftet hvem du er i løpet av de siste "
            "15 minuttene, slik at ingen andre kan lese det hvis du har gått fra maskinen."
        ),
    ),
    Content.PROTECTED: Why(
        _("Siden er vernet"),
        _("Siden gjelder noen som må vernes særskilt. Hvem som åpner den, når og hvorfor blir lagret i loggen."),
    ),
    Content.LOG: Why(
        _("Bekreft hvem du er for å åpne loggen"),
        _(
            "Loggen viser hva navngitte personer har åpnet. Derfor må du ha bekreftet hvem du er i løpet av de siste "
            "15 minuttene."
        ),
    ),
    Content.RIGHTS: Why(
        _("Bekreft hvem du er for å endre tilganger"),
        _(
            "Det du endrer her, avgjør hva andre får se. Derfor må du ha bekreftet hvem du er i løpet av de siste "
            "15 minuttene."
        ),
    ),
    Content.DELETION: Why(
        _("Bekreft hvem du er for å slette dokumentet"),
        _(
            "Et slettet dokument kan ikke hentes tilbake. Derfor må du ha bekreftet hvem du er i løpet av de siste "
            "15 minuttene."
        ),
    ),
}


class ReasonForm(forms.Form):
    use_required_attribute = False
    reason = forms.CharField(
        label=_("Hvorfor må du åpne siden?"),
        help_text=_(
            "Skriv kort hva saken gjelder. Begrunnelsen gjelder i 15 minutter og kan leses av personvernombudet."
        ),
        min_length=5,
        max_length=level.LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": _("Skriv hvorfor du må åpne siden."),
            "min_length": _("Skriv litt mer om hvorfor du må åpne siden."),
        },
    )


def answer(request: HttpRequest, need: ConfirmFirst) -> HttpResponse:
    """Instead of the page that was asked for. A form that was sent is kept, and can be sent again afterwards."""
    is_htmx = bool(request.headers.get("HX-Request"))
    page = own_path(request, request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""), default="/")
    if request.method not in ("GET", "HEAD"):
        target = RESUME if drafts.keep(request) else page
    else:
        target = page if is_htmx else request.get_full_path()
    if is_htmx:
        query = {"neste": target, "hva": need.content.value, "om": need.about, "fra": page}
        return HttpResponse(status=401, headers={"HX-Redirect": f"{reverse('accessctl:confirm')}?{urlencode(query)}"})
    return ask(request, need, target, back=page if page != request.get_full_path() else "/")


def one_factor(request: HttpRequest) -> HttpResponse:
    """For somebody with only a password, on a page that needs a second factor."""
    target = request.get_full_path() if request.method == "GET" else "/"
    page = own_path(request, request.headers.get("Referer", ""))
    return shown(request, ONE_FACTOR, provider_for(request), target, back=page if page != target else "")


def ask(
    request: HttpRequest,
    need: ConfirmFirst,
    target: str,
    *,
    back: str,
    form: forms.Form | None = None,
    status: int = 403,
) -> HttpResponse:
    """The question, with a way out to `back`, where one was before."""
    used = provider_for(request) if need.needs_login else None
    context = {"form": form or ReasonForm(), "need": need} if need.needs_reason else {}
    return shown(request, WHY[need.content], used, target, status=status, back=back, **context)


def shown(
    request: HttpRequest, why: Why, used: Provider | None, target: str, *, status: int = 403, **context: object
) -> HttpResponse:
    context |= {"why": why, "provider": used, "target": target, "confirm_url": start_url(used, target) if used else ""}
    response = render(request, "accessctl/confirm.html", context, status=status)
    response.refused = "confirm"  # type: ignore[attr-defined]  # what the log says instead of a number
    return response


def start_url(used: Provider, target: str) -> str:
    start = reverse("accessctl:start", kwargs={"provider": used.slug})
    return f"{start}?{urlencode({'bekreft': '1', 'neste': target})}"


def provider_for(request: HttpRequest) -> Provider | None:
    """Where to confirm: where one logged in with two factors, and else at ID-porten."""
    configured = {known.slug: known for known in providers()}
    own = request.session.get("login", {}).get("provider", "")
    if level.is_two_factor(request) and own in configured:
        return provider(own)
    return configured.get("idporten") or next(iter(configured.values()), None)


@require_http_methods(["GET", "POST"])
@signed_in("bekrefter bare hvem en selv er")
def confirm(request: HttpRequest) -> HttpResponse:
    """Takes the reason, and sends the person on to confirm, or straight back when the login is fresh enough."""
    given = request.POST if request.method == "POST" else request.GET
    target, back = (own_path(request, given.get(name, ""), default="/") for name in ("neste", "fra"))
    need = need_of(request, given.get("hva", ""), given.get("om", ""))
    if request.method == "POST" and need.needs_reason:
        form = ReasonForm(request.POST)
        if not form.is_valid():
            return ask(request, need, target, back=back, form=form, status=422)
        level.give_reason(request, need.about, form.cleaned_data["reason"])
    elif request.method == "GET" and (need.needs_login or need.needs_reason):
        return ask(request, need, target, back=back, status=200)
    used = provider_for(request)
    return redirect(start_url(used, target) if need.needs_login and used else target)


def need_of(request: HttpRequest, what: str, about: str) -> ConfirmFirst:
    """What is still missing for content of this kind. Nothing here opens anything: the page itself asks again."""
    content = Content(what) if what in list(Content) else Content.SENSITIVE
    try:
        about = str(UUID(about))
    except ValueError:
        about = ""
    missing = content == Content.PROTECTED and bool(about) and not level.reason_for(request, about)
    return ConfirmFirst(content, about=about, needs_login=not level.is_fresh(request), needs_reason=missing)
