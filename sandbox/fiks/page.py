"""A plain page that shows what has been archived, and the same as plain data."""

from html import escape
from typing import Any

from sandbox.fiks.archive import PracticeArchive, Stored


def ledger(archive: PracticeArchive) -> dict[str, list[dict[str, Any]]]:
    """Folders and entries as they can be shown to anybody: by their public titles."""
    numbers = {folder.id: number_of(folder) for folder in archive.folders}
    folders = [_common(each) | {"number": number_of(each)} for each in archive.folders]
    entries = [
        _common(each)
        | {
            "number": f"{each.year}/{1000 + each.number}",
            "folder": numbers.get(each.folder, ""),
            "kind": _code(each, "journalposttype"),
            "status": _code(each, "journalstatus"),
            "access": _code(each, "skjerming/{*}tilgangsrestriksjon"),
            "files": [file.text for file in each.element.iter("{*}referanseDokumentfil")],
            "checksums": each.sums,
        }
        for each in archive.entries
    ]
    return {"folders": folders, "entries": entries}


def archived(archive: PracticeArchive, waiting: int) -> str:
    told = ledger(archive)
    sections = "".join(_folder(folder, told["entries"]) for folder in reversed(told["folders"][-500:]))
    held = f"<p>{waiting} svar venter på RabbitMQ.</p>" if waiting else ""
    return (
        '<!doctype html><html lang="nb"><meta charset="utf-8"><title>Lokalt Fiks Arkiv</title>'
        "<h1>Lokalt Fiks Arkiv</h1>"
        "<p>Et øvingsarkiv. Her ligger det Schoolapp har sendt over Fiks IO på denne maskinen.</p>"
        f"<p>{len(told['folders'])} mapper, {len(told['entries'])} journalposter.</p>{held}{sections}</html>"
    )


def _folder(folder: dict[str, Any], entries: list[dict[str, Any]]) -> str:
    rows = []
    for entry in entries:
        if entry["folder"] == folder["number"]:
            cells = (entry["number"], entry["kind"], entry["status"], entry["title"], entry["access"],
                     ", ".join(entry["files"]))  # fmt: skip
            rows.append("<tr>" + "".join(f"<td>{escape(str(cell or ''))}</td>" for cell in cells) + "</tr>")
    return (
        f"<h2>{escape(folder['number'])} {escape(folder['title'])}</h2>"
        "<table border=1 cellpadding=6><tr><th>Journalnr<th>Type<th>Status<th>Offentlig tittel<th>Tilgang<th>Filer"
        f"</tr>{''.join(rows)}</table>"
    )


def number_of(folder: Stored) -> str:
    return f"{folder.year}/{folder.number}"


def _common(stored: Stored) -> dict[str, Any]:
    return {"key": stored.key, "title": stored.element.findtext("{*}offentligTittel") or ""}


def _code(stored: Stored, path: str) -> str:
    return stored.element.findtext(f"{{*}}{path}/{{*}}kode") or ""
