"""A plain page that shows what has been archived."""

from html import escape

from sandbox.elements.store import Store


def archived(store: Store) -> str:
    cases = {row["Id"]: row for row in store.all("Case")}
    rows = []
    for entry in reversed(store.all("RegistryEntry")[-500:]):
        case = cases.get(entry["CaseId"], {})
        cells = (
            f"{entry['RegisterYear']}/{entry['SequenceNumber']}",
            f"{case.get('CaseYear')}/{case.get('SequenceNumber')}-{entry['DocumentNumber']}",
            entry.get("RegistryEntryTypeId"),
            entry.get("RecordStatusId"),
            entry.get("TitleRestricted"),
            entry.get("AccessCodeId"),
        )
        rows.append("<tr>" + "".join(f"<td>{escape(str(cell or ''))}</td>" for cell in cells) + "</tr>")
    return (
        '<!doctype html><html lang="nb"><meta charset="utf-8"><title>Lokalt Elements</title>'
        "<h1>Lokalt Elements</h1>"
        "<p>En øvingsutgave av arkivet. Her ligger det Schoolapp har sendt på denne maskinen.</p>"
        f"<p>{len(cases)} mapper, {len(store.all('RegistryEntry'))} journalposter.</p>"
        "<table border=1 cellpadding=6><tr><th>Journalnr<th>Sak<th>Type<th>Status<th>Offentlig tittel<th>Tilgang</tr>"
        f"{''.join(rows)}</table></html>"
    )
