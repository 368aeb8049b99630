"""A worker's part: go on with the runs that are due, for a while, and ring again when there is more."""

import logging
import re
import time
from datetime import timedelta
from pathlib import Path
from typing import IO, cast

from celery import current_app
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override
from kombu.exceptions import OperationalError

from accessctl.models import User
from guardians.register import ksfiks
from guardians.register import run as runs
from people.models import RegisterImport
from people.register.source import FileRefused
from schoolapp.lib import clock
from schoolapp.lib.json_api import Unavailable

log = logging.getLogger(__name__)
# Well below the task's soft time limit, so that the last chunk begun has time to end.
SECONDS = 120
# A peer that is busy is asked for hours; an error of our own is not mended by waiting, and a person waits for the run.
MOST_ATTEMPTS, MOST_ERRORS = 8, 4
# A worker that is killed tells nobody. A run that was begun so often and never got on kills the next worker too.
MOST_STARTS = 5
State, Source = RegisterImport.State, RegisterImport.Source


def ring() -> None:
    """Wake a worker once what has been done so far is committed. A bell nobody hears is rung again by the sweeper."""

    def send() -> None:
        try:
            current_app.send_task("guardians.tasks.register_work")
        except OperationalError:
            log.warning("the broker cannot be reached; the sweeper will ring again")

    transaction.on_commit(send)


def upload(file: File, *, by: User) -> RegisterImport:
    """Keep an uploaded file until a worker has read it. What it would change is shown before anything is written."""
    run = runs.start(source=Source.UPLOAD, by=by)
    run.file = default_storage.save(f"folkeregister/{run.uuid}.json", file)
    run.file_name = shown_name(file.name or "")
    run.save(update_fields=["file", "file_name"])
    ring()
    return run


def shown_name(name: str) -> str:
    """What a file was called by those who uploaded it, without numbers long enough to be a national id."""
    words = re.sub(r"[0-9]{9,}", "…", "".join(c for c in Path(name).name if c.isprintable()))
    return words if len(words) <= 100 else f"{words[:60]}…{words[-39:]}"


def due() -> RegisterImport | None:
    return RegisterImport.objects.moving().filter(next_at__lte=clock.now()).order_by("started_at").first()


def sweep() -> None:
    """Ring for a run whose bell was lost or whose worker died."""
    if due():
        ring()


def work(*, seconds: int = SECONDS) -> bool:
    """Go on with what is due until there is no more or the time is up. True when there is more."""
    until = time.monotonic() + seconds
    with override("nb"):
        while time.monotonic() < until:
            run = due()
            if run is None or not claim(run):
                return False
            go_on(run)
    return due() is not None


@transaction.atomic
def claim(run: RegisterImport) -> bool:
    """Note that the run is begun before anything is done: who is killed notes nothing afterwards.

    False when another worker is at it, or when it has been begun so often in vain that it is given up.
    """
    free = RegisterImport.objects.moving().select_for_update(of=("self",), skip_locked=True).filter(pk=run.pk)
    if not free.exists():
        return False
    run.refresh_from_db(fields=["starts"])
    if run.starts >= MOST_STARTS:
        give_up(run, killed())
        return False
    free.update(starts=run.starts + 1)
    return True


def go_on(run: RegisterImport) -> None:
    """One step of one run. What fails is tried again later, and given up with words in the end."""
    try:
        if run.state == State.READING:
            read(run)
        else:
            runs.step(run)
    except FileRefused:
        drop_file(run)
    except Unavailable as error:
        log.warning("KS Fiks is not available (%s); it is asked again later", error)
        postpone(run, seconds=error.seconds)
    except Exception:
        log.exception("run %s of the population register did not get on", run.uuid)
        postpone(run, is_error=True)
    else:
        RegisterImport.objects.filter(pk=run.pk).update(attempts=0, starts=0)


def read(run: RegisterImport) -> None:
    if run.source in ksfiks.OF_KS:
        ksfiks.read_on(run)
        return
    with default_storage.open(run.file) as file:
        runs.read_file(run, cast(IO[bytes], file))
    drop_file(run)


def drop_file(run: RegisterImport) -> None:
    """The file holds everybody's numbers and addresses, and is not kept."""
    if run.file:
        default_storage.delete(run.file)
        RegisterImport.objects.filter(pk=run.pk).update(file="")


def nightly() -> None:
    """Ask KS Fiks about everybody, where that is set up."""
    if ksfiks.is_configured():
        ksfiks.begin(source=Source.NIGHTLY, by=None)
        ring()


def postpone(run: RegisterImport, *, seconds: float | None = None, is_error: bool = False) -> None:
    """Later, and later each time; `seconds` is what the other side has asked for. In the end a run is given up."""
    attempts = run.attempts + 1
    if attempts >= (MOST_ERRORS if is_error else MOST_ATTEMPTS):
        give_up(run, failed() if is_error else unanswered())
        return
    wait = timedelta(seconds=max(seconds or 0, min(3600, 30 * 2**attempts)))
    later = clock.now() + wait
    RegisterImport.objects.filter(pk=run.pk).update(attempts=min(attempts, 100), starts=0, next_at=later)


def give_up(run: RegisterImport, reason: str) -> None:
    """End the run with words for those who wait for it; what exactly failed stands in the log of the worker."""
    log.error("run %s of the population register is given up", run.uuid)
    if runs.cancel(run, by=None, reason=reason):
        drop_file(run)


def this_moment() -> str:
    return f"{localtime(clock.now()):%d.%m.%Y kl. %H.%M}"


def failed() -> str:
    why = _("En teknisk feil stoppet innlesingen {at}.").format(at=this_moment())
    what = _("Prøv én gang til. Stopper den igjen, meld fra til dem som drifter systemet, og oppgi tidspunktet.")
    return f"{why} {what}"


def unanswered() -> str:
    why = _("KS Fiks svarte ikke.")
    what = _("Prøv igjen senere. Svarer den fortsatt ikke, meld fra til dem som drifter systemet.")
    return f"{why} {what}"


def killed() -> str:
    why = _("Innlesingen ble brutt {count} ganger på rad uten å komme videre, sist {at}.").format(
        count=MOST_STARTS, at=this_moment()
    )
    what = _("Meld fra til dem som drifter systemet: Maskinen kan ha for lite minne. Start en ny når det er rettet.")
    return f"{why} {what}"
