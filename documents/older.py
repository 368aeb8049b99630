"""The one place for documents from before this system that every municipality has: paper (handbook 6.3)."""

from datetime import date

from documents.models import OlderSource

PAPER = {
    "name_nb": "Papirarkivet",
    "name_nn": "Papirarkivet",
    "text_nb": (
        "Elevmapper for elever født før 2009 er ikke fullstendige i arkivsystemet. "
        "Spør arkivet i kommunen etter papirmappen."
    ),
    "text_nn": (
        "Elevmapper for elevar fødde før 2009 er ikkje fullstendige i arkivsystemet. "
        "Spør arkivet i kommunen etter papirmappa."
    ),
    "born_before": date(2009, 1, 1),
}


def install_older_sources() -> int:
    """Begin with the paper archive. Once there is any row, the municipality decides. Returns how many were made."""
    if OlderSource.objects.exists():
        return 0
    OlderSource.objects.create(**PAPER)
    return 1
