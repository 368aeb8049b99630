"""Kommuneadmin opens the folders of the year, registers a new principal, and sees what holds documents up."""

from datetime import timedelta

from archive.models import ArchiveFolder, CaseOwner, Delivery, SchoolFolder
from documents.installing import install_types
from schoolapp.lib import clock


def test_folders_owners_and_failures_of_the_archive(reading, world):
    install_types()
    for number, about in enumerate(("own", "classmate"), start=11):
        _document, delivery = world.add_document(about)
        ArchiveFolder.objects.filter(pk=delivery.folder_id).update(case_year=2026, sequence_number=number)
        Delivery.objects.filter(pk=delivery.pk).update(
            state="parked", failure="refused", failure_text="Saksansvarlig «REK» finnes ikke i Elements."
        )
    tomorrow = clock.today() + timedelta(days=1)
    with reading("municipal_admin") as admin:
        page = admin.open("/rapporter/arkiv/?fane=feilet")
        page.get_by_text("2 dokumenter med samme årsak:").wait_for()
        admin.check_both("arkiv-feilet")
        admin.open("/rapporter/arkiv/skolemapper/")
        page.get_by_role("button", name="Opprett skolemappe for 2 skoler").press("Enter")
        page.get_by_text("2 skolemapper er opprettet.").wait_for()
        admin.check_both("arkiv-skolemapper")
        page.get_by_role("link", name="Skole A", exact=True).press("Enter")
        page.get_by_role("heading", name="Skolemappe – Skole A").wait_for()
        admin.check_both("arkiv-skolemappe")
        admin.open(f"/rapporter/arkiv/saksansvarlig/{world.school_a.uuid}/")
        page.get_by_label("Fra og med").fill(tomorrow.isoformat())
        page.get_by_label("Navn").fill("Ny Rektor")
        page.get_by_label("Initialer i arkivet").fill("NYR")
        page.get_by_role("button", name="Lagre endringen").press("Enter")
        page.get_by_role("heading", name="Mapper med ny saksansvarlig").wait_for()
        admin.check_both("arkiv-ny-rektor")
        admin.open(f"/rapporter/arkiv/saksansvarlig/{world.school_a.uuid}/")
        page.get_by_role("button", name="Angre").wait_for()
        admin.check_both("arkiv-saksansvarlig")
        page.get_by_role("button", name="Angre").press("Enter")
        page.get_by_text("Endringen er tatt tilbake.").wait_for()
        for path, name in (
            ("arkiv/forhandskontroll", "kontroll"),
            ("arkiv/elevmapper", "elevmapper"),
            ("gruppeoversikter", "oversikter"),
        ):
            admin.open(f"/rapporter/{path}/")
            admin.check_both(f"arkiv-{name}")
    assert SchoolFolder.objects.count() == 2
    assert not CaseOwner.objects.exists()
