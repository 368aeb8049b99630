"""A list as an Excel file, whatever the groups are called."""

import io

import pytest
from openpyxl import load_workbook

from students.lists.tables import Table, to_excel


@pytest.mark.parametrize(
    "title, sheet",
    [
        ("Elever Norsk 8/9", "Elever Norsk 8 9"),
        ("Elever [A]: hva? *ja* \\ nei", "Elever  A   hva   ja    nei"),
        ("'Elever'", "Elever"),
        ("///", "Ark"),
        ("Elever " + "x" * 80, "Elever " + "x" * 23),
    ],
)
def test_a_sheet_is_called_what_excel_takes(title, sheet):
    book = load_workbook(io.BytesIO(to_excel(Table(title, "&" * 400, ["Navn"], [["Ås, Per"]]))))
    assert book.sheetnames == [sheet]
    assert len(book.active.oddHeader.left.text) <= 250
