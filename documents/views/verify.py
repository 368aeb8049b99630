"""/kontroll/: whoever holds the paper types its code, and may send the file along to have it compared."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accessctl.guards import public
from documents import verification
from schoolapp.lib.tries import too_many

MOST_TRIES, TRIES_SECONDS = 60, 600


class CodeForm(forms.Form):
    use_required_attribute = False
    code = forms.CharField(
        label=_("Kode"),
        help_text=_(
            "Koden står nederst i dokumentet. Store og små bokstaver er det samme, og bindestrekene kan utelates."
        ),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": _("Skriv koden som står nederst i dokumentet.")},
    )
    file = forms.FileField(
        label=_("PDF-fil"),
        help_text=_("Har du fått filen, kan vi se om den er uendret. Vi tar ikke vare på den."),
        required=False,
    )

    def clean_code(self) -> str:
        code = verification.read(self.cleaned_data["code"])
        if not code:
            raise forms.ValidationError(
                _("Koden er ikke skrevet riktig. Se på den en gang til: den har 17 bokstaver og tall.")
            )
        return code


@public("den som holder papiret, skriver koden; svaret har aldri navn eller noe om eleven")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def verify(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return answer(request, CodeForm())
    form = CodeForm(request.POST, request.FILES)
    if not form.is_valid():
        return answer(request, form, status=422)
    if too_many(request, "kontroll", most=MOST_TRIES, seconds=TRIES_SECONDS):
        response = answer(request, CodeForm(), is_stopped=True, status=429)
        response["Retry-After"] = str(TRIES_SECONDS)
        return response
    found = verification.look_up(form.cleaned_data["code"], form.cleaned_data["file"])
    return answer(request, form, found=found, is_unknown=found is None)


def answer(request: HttpRequest, form: forms.Form, *, status: int = 200, **more: object) -> HttpResponse:
    context = {"form": form, "found": None, "is_unknown": False, "is_stopped": False} | more
    response = render(request, "documents/verify.html", context, status=status)
    response["X-Robots-Tag"] = "noindex"
    return response
