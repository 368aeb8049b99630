"""Filing and finding names the Norwegian way."""

import pytest
from django.db import connection

from students.models import Student
from students.names import filed, named


def test_the_norwegian_letters_come_last_and_double_a_is_filed_as_a_ring():
    names = ["Åsen", "Ærlig", "Øvre", "Zahl", "Aasen", "Berg", "Éide", "Östberg"]
    assert sorted(names, key=filed) == ["Berg", "Éide", "Zahl", "Ærlig", "Östberg", "Øvre", "Åsen", "Aasen"]


def test_the_database_files_in_the_same_order(world):
    for pupil, name in zip(world.pupils.values(), ["å", "æ", "ø", "z", "aa"], strict=True):
        Student.objects.filter(pk=pupil.pk).update(sort_name=filed(name))
    in_order = Student.objects.order_by("sort_name").values_list("sort_name", flat=True)
    assert list(in_order) == [filed(name) for name in ("z", "æ", "ø", "å", "aa")]


@pytest.mark.parametrize(
    "query, name",
    [
        ("kåre", "Hagen Kåre"),
        ("KAARE", "Hagen Kåre"),
        ("kår", "Hagen Kåre"),
        ("ka", "Hagen Kaare"),
        ("kåre hag", "Hagen Kåre"),
        ("hagen kåre", "Hagen Kåre"),
        ("isa", "Lie Isaac"),
        ("marie", "Øst Anne-Marie"),
        ("ost", "Ost Per"),
        ("o'br", "O'Brien Pat"),
        ("cahp", "Čáhppe Áilu"),
    ],
)
def test_any_word_of_the_name_is_found_by_its_beginning(world, query, name):
    Student.objects.filter(pk=world.pupils["own"].pk).update(sort_name=filed(name))
    assert world.pupils["own"] in named(Student.objects.all(), query)


@pytest.mark.parametrize("query", ["gen", "ost", "hagen ola", "!!!", "' | !a & (", "hagen:*"])
def test_what_does_not_begin_a_word_is_not_found(world, query):
    Student.objects.update(sort_name=filed("Hagen Kåre Øst"))
    found = named(Student.objects.all(), query)
    assert found.exists() is (query == "hagen:*")


def test_the_index_serves_the_search(world):
    with connection.cursor() as cursor:
        # Of a handful of rows all are as soon read in any index.
        for other in ("seqscan", "indexscan", "indexonlyscan"):
            cursor.execute(f"SET LOCAL enable_{other} = off")
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'students_named'")
        search = cursor.fetchone()[0].replace("wanted", "'kår:* & hag:*'")
        cursor.execute(f"EXPLAIN {search}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "student_name_words" in plan
