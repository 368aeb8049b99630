"""The guardians' notice: who wrote it, when it came, and the file."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accessctl.guards import requires_any
from accessctl.login.level import method_name
from accessctl.requests import SignedInRequest
from admissions.moves.errors import MoveError
from admissions.moves.filing import SUBJECTS, file_notice
from admissions.moves.forms import FileForm
from admissions.moves.notice_page import role_for
from admissions.moves.reading import guardians_to_name, opened
from admissions.moves.views.cases import HANDLES
from documents.uploads import Refused, accept


@requires_any(*HANDLES)
def file(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Keep what the guardians sent. Whatever is wrong with the file, nothing is kept."""
    move = opened(request, uuid, action="file_notice" if request.method == "POST" else "open")
    if move.kind not in SUBJECTS:
        raise Http404
    form = FileForm(request.POST or None, request.FILES or None, guardians=guardians_to_name(move))
    if request.method == "POST" and form.is_valid():
        try:
            file_notice(
                move,
                file=accept(form.cleaned_data["fil"]),
                received_on=form.cleaned_data["mottatt"],
                sender=form.sender,
                series=form.cleaned_data["serie"],
                role=role_for(request.user, move),
                method=method_name(request),
                by=request.user,
            )
        except Refused as refused:
            form.add_error("fil", str(refused.message))
        except MoveError as error:
            form.add_error(None, str(error))
        except OSError:
            form.add_error(None, _("Filen kunne ikke lagres nå. Vent litt, og prøv igjen."))
        else:
            messages.success(request, _("Meldingen er lagt i elevmappen."))
            return redirect("moves:case", move.uuid)
    context = {"move": move, "form": form, "subject": SUBJECTS[move.kind]}
    return render(request, "admissions/moves/file.html", context, status=422 if form.errors else 200)
