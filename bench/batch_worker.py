"""The processes of the batch benchmark: ours, which work at a batch as Celery's do, and bare WeasyPrint in a loop."""

from multiprocessing.connection import Connection

from documents.batch.work import work
from documents.models import DocumentBatchItem
from documents.press import assets, press
from schoolapp.lib.pdf import sheet
from schoolapp.lib.pdf.limits import Limits
from schoolapp.lib.pdf.zygote import WARM_UP, read_workshop


def ours(pipe: Connection) -> None:
    """Work at every batch whose id comes in, until none is left in it; answer when it is done."""
    press.print(WARM_UP)
    pipe.send("ready")
    while (batch_id := pipe.recv()) is not None:
        while DocumentBatchItem.objects.due().filter(batch=batch_id).exists():
            work(batch_id)
        pipe.send("done")
    press.close()


def bare(pipe: Connection) -> None:
    """Print the pages that come in, at the best settings: styles, fonts and images are read once."""
    workshop = read_workshop({"assets": {n: str(p) for n, p in assets().items()}, "stylesheets": ["letter.css"]})
    sheet.print_document(workshop, WARM_UP, Limits())
    pipe.send("ready")
    while (pages := pipe.recv()) is not None:
        for page in pages:
            sheet.print_document(workshop, page, Limits())
        pipe.send("done")
