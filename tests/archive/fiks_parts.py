"""Parcels for Fiks Arkiv, and KS's own schemas and samples where they lie beside the project."""

import functools
import hashlib
import os
from pathlib import Path

from django.conf import settings
from lxml import etree

from archive.codes import ClassCode, Codes
from archive.connectors.base import Case, Parcel, SchoolSetup
from archive.record import Correspondent, FileRef, FolderRef, Record

SCHEMA_DIR = Path(os.environ.get("SCHEMA_DIR") or Path(settings.BASE_DIR).parent / "shared" / "archive")
SCHEMAS = SCHEMA_DIR / "fiks-arkiv" / "V1"
SAMPLES = SCHEMA_DIR / "fiks-arkiv" / "samples"
EXAMPLES = SCHEMA_DIR / "examples"
MISSING = f"KS's schemas are not at {SCHEMAS} (SCHEMA_DIR)"
NATIONAL_ID = "14831512345"
FOLDER_KEY = "elevmappe:7f2d"

CODES = Codes(
    system="Schoolapp",
    rule="Elevmappe-1",
    pupil_folder_type="Elevmappe",
    school_folder_type="Skolemappe",
    document_type="KORR",
    attachment_type="VEDLEGG",
    status="F",
    classes=(ClassCode("FNR", for_schools=False), ClassCode("K-KODE", "B00")),
    access_codes={"UO": "13"},
)
SCHOOL = SchoolSetup("KHA", "ELVEBAKKEN", "", "ELEV", "SAK", "")


@functools.cache
def schema(name: str) -> etree.XMLSchema:
    return etree.XMLSchema(file=str(SCHEMAS / f"{name}.xsd"))


def file_ref(content: bytes = b"%PDF-1.4 brev", name: str = "Vedtak Kari Prøve.pdf", title: str = "Vedtak") -> FileRef:
    return FileRef(name, name, title, hashlib.sha256(content).hexdigest(), len(content), "fmt/354", "RA-PDF")


def parcel(case: Case | None = None, national_id: str = NATIONAL_ID, **changes) -> Parcel:
    fields = {
        "key": "dok:8841:v1",
        "folder": FolderRef(FOLDER_KEY, "pupil", "Elevmappe – #Kari Prøve#", "Elevmappe – #Kari Prøve#"),
        "title": "Vedtak om @spesialundervisning@ – #Kari Prøve#",
        "public_title": "Vedtak om @spesialundervisning@ – #Kari Prøve#",
        "registry_type": "U",
        "status": "J",
        "document_date": "2026-11-20",
        "access_code": "UO",
        "legal_basis": "offl. § 13, jf. fvl. § 13 første ledd nr. 1",
        "correspondents": (Correspondent("Ola Prøve", True), Correspondent("Eva Prøve", True, protected=True)),
        "files": (file_ref(), file_ref(name="vilkår.pdf", title="Vilkår")),
    }
    return Parcel(Record(**fields | changes), national_id, case, SCHOOL, lambda ref: b"%PDF-1.4 brev")
