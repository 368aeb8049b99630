"""The merge language: what it does, what it refuses, and what no input can make it do."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from documents.fields import allowed_in, fields_of, sample_data
from documents.markup import clean, escape_value, one_line, to_html
from documents.merge import MAX_OUTPUT, MAX_ROWS, TemplateError, TooMuch, parse
from documents.shipped import TYPES

ALLOWED = {"navn": None, "sted": None, "saker": frozenset({"tekst"}), "folk": frozenset({"navn"})}
DATA = {"navn": "Ola", "sted": "", "saker": [{"tekst": "en"}, {"tekst": "to"}], "folk": []}


def merged(source: str, data=DATA) -> str:
    return parse(source, ALLOWED).render(data)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Hei {{ navn }}!", "Hei Ola!"),
        ("{{navn}}", "Ola"),
        ("{% hvis navn %}ja{% ellers %}nei{% slutt %}", "ja"),
        ("{% hvis sted %}ja{% ellers %}nei{% slutt %}", "nei"),
        ("{% hvis sted %}ja{% slutt %}", ""),
        ("{% for s in saker %}[{{ s.tekst }}]{% slutt %}", "[en][to]"),
        ("{% hvis saker %}{% for s in saker %}{{ s.tekst }}{% slutt %}{% slutt %}", "ento"),
        ("{% for s in saker %}{% hvis s.tekst %}+{% slutt %}{% slutt %}", "++"),
        ("{% hvis folk %}ja{% ellers %}nei{% slutt %}", "nei"),
        ("{% for s in saker %}{{ navn }}{% slutt %}", "OlaOla"),
        ("En krøllparentes { og prosent % er tekst", "En krøllparentes { og prosent % er tekst"),
    ],
)
def test_forms(source: str, expected: str) -> None:
    assert merged(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "{{ pupil.fnr }}",
        "{{ pupil.guardian.protected_address }}",
        "{{ request }}",
        "{{ settings.SECRET_KEY }}",
        "{% include 'x' %}",
        "{% load static %}",
        "{% debug %}",
        "{% url 'home' %}",
        "{{ x.__class__ }}",
        "{{ navn.__class__ }}",
        "{{ navn.upper }}",
        "{{ navn.upper() }}",
        '{{ "a"|ljust:"300000000" }}',
        "{{ navn|ljust:9 }}",
        "{{ navn }",
        "{{ navn",
        "{{ nav\nn }}",
        "{{ ukjent }}",
        "{{ saker }}",
        "{{ s.tekst }}",
        "{% for s in saker %}{{ s.annet }}{% slutt %}",
        "{% for s in saker %}{{ s }}{% slutt %}",
        "{% for s in navn %}{% slutt %}",
        "{% for navn in saker %}{% slutt %}",
        "{% for a in saker %}{% for b in saker %}x{% slutt %}{% slutt %}",
        "{% hvis navn %}{% hvis sted %}x{% slutt %}{% slutt %}",
        "{% hvis navn %}",
        "{% slutt %}",
        "{% ellers %}",
        "{% hvis navn %}{% ellers %}{% ellers %}{% slutt %}",
        "}}",
        "{{ {{ navn }} }}",
        "{{}}",
        "{%%}",
        "{{ navn }}" * 1001,
        "x" * 40_001,
    ],
)
def test_attacks_and_mistakes_are_refused_with_a_line(source: str) -> None:
    with pytest.raises(TemplateError) as refused:
        parse("Første linje\n" + source if len(source) <= 40_000 else source, ALLOWED)
    assert refused.value.line in (1, 2)
    assert str(refused.value).startswith("Linje ")


def test_the_error_names_the_line_and_the_field() -> None:
    with pytest.raises(TemplateError) as refused:
        parse("En\nTo {{ navn }}\nTre {{ fnr }}", ALLOWED)
    assert refused.value.line == 3
    assert "fnr" in str(refused.value)


def test_a_loop_that_could_fill_the_limit_is_refused_at_its_line() -> None:
    with pytest.raises(TemplateError) as refused:
        parse("\n\n{% for s in saker %}" + "x" * 1000 + "{% slutt %}", ALLOWED)
    assert refused.value.line == 3


def test_many_small_loops_are_refused_too() -> None:
    with pytest.raises(TemplateError):
        parse(("{% for s in saker %}" + "x" * 90 + "{% slutt %}") * 20, ALLOWED)


def test_output_is_cut_off_at_the_limit() -> None:
    template = parse("{% for s in saker %}{{ s.tekst }}{% slutt %}", ALLOWED)
    with pytest.raises(TooMuch):
        template.render({"saker": [{"tekst": "x" * 5_000}] * MAX_ROWS})


def test_rows_beyond_the_limit_are_left_out() -> None:
    rows = [{"tekst": "x"}] * (MAX_ROWS + 50)
    assert parse("{% for s in saker %}{{ s.tekst }}{% slutt %}", ALLOWED).render({"saker": rows}) == "x" * MAX_ROWS


def test_used_fields_are_found_in_every_branch() -> None:
    source = "{{ navn }}{% hvis sted %}x{% ellers %}{% for p in folk %}{{ p.navn }}{% slutt %}{% slutt %}"
    assert parse(source, ALLOWED).used() == {"navn", "sted", "folk"}


@given(st.text(alphabet="{}% abcnavsterhiøl.|_\n'\"", max_size=200))
@example("{% for s in saker %}{{ s.tekst }}{% slutt %}")
def test_any_template_is_refused_or_rendered_within_the_limits(source: str) -> None:
    try:
        template = parse(source, ALLOWED)
    except TemplateError:
        return
    started = time.thread_time()
    assert len(template.render(DATA).encode()) <= MAX_OUTPUT
    assert time.thread_time() - started < 1.5


@given(st.text(max_size=300), st.text(max_size=300))
@example("{{ sted }}", "{% for s in saker %}")
def test_a_value_is_never_read_as_template(before: str, value: str) -> None:
    text = before.replace("{", "").replace("}", "").replace("%", "")
    assert parse(text + "{{ navn }}", ALLOWED).render({"navn": value}) == text + value


@given(st.text(max_size=400))
@example("**fet** # Overskrift\n- punkt\n1. en\n<script>alert(1)</script> \\** &amp;")
@example("\ue000<img src=x onerror=alert(1)>\ue001")
@settings(max_examples=300)
def test_a_value_becomes_only_text_and_line_breaks(value: str) -> None:
    html = to_html("Før " + escape_value(value) + " etter")
    for tag in ("<strong", "<h2", "<h3", "<ul", "<ol", "<li", "<mark", "<script", "<img"):
        assert tag not in html
    assert set(html.replace("<br>", "").replace("<p>", "").replace("</p>", "")) & {"<", ">"} == set()


@given(st.text(max_size=600))
@settings(max_examples=300)
def test_cleaning_twice_changes_nothing(source: str) -> None:
    assert clean(clean(source)) == clean(source)
    assert clean(to_html(source)) == to_html(source)


XSS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<p style='background:url(http://x)'>x</p>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<style>@import 'http://x'</style>",
    "<link rel=attachment href=file:///etc/passwd>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<object data=x>",
    "<form action=//x><button>",
    "<base href=//x>",
    "<meta http-equiv=refresh content=0>",
]


@pytest.mark.parametrize("vector", XSS)
def test_markup_from_authors_stays_text_in_templates_and_values(vector: str) -> None:
    for html in (to_html(vector), to_html(escape_value(vector)), clean(vector)):
        lowered = html.lower()
        for forbidden in ("<script", "<img", "<svg", "<iframe", "<style", "<link", "<a ", "<object", "<form", "<base"):
            assert forbidden not in lowered
        assert " style=" not in lowered.split("&lt;")[0]


def test_the_text_format() -> None:
    source = "# Stor\n\nEn **fet** linje\nog en til\n\n## Liten\n- a\n- b\n1. c\n\nSlutt"
    assert to_html(source) == (
        "<h2>Stor</h2>\n<p>En <strong>fet</strong> linje<br>og en til</p>\n<h3>Liten</h3>\n"
        "<ul><li>a</li><li>b</li></ul>\n<ol><li>c</li></ol>\n<p>Slutt</p>"
    )


def test_long_lines_of_marks_take_no_time() -> None:
    started = time.thread_time()
    to_html("** " * 30_000 + "\\" * 30_000 + "**a" * 20_000)
    assert time.thread_time() - started < 1


def test_a_title_is_one_line_of_text() -> None:
    assert one_line("**Møte**\n  om " + escape_value("1. a # b")) == "Møte om 1. a # b"


@pytest.mark.parametrize("language", ["nb", "nn"])
@pytest.mark.parametrize("shipped", [kind for kind in TYPES if kind.has_template], ids=lambda t: t.slug)
def test_shipped_templates_use_known_fields_and_all_the_authors_fields(shipped, language: str) -> None:
    title, body = shipped.template(language)
    allowed = allowed_in(shipped.slug)
    used = parse(title, allowed).used() | parse(body, allowed).used()
    authors = {f.name for f in fields_of(shipped.slug).values() if f.source == "author"}
    assert authors <= used
    html = to_html(parse(body, allowed).render(sample_data(shipped.slug), escape=escape_value))
    assert html.count("<p>") >= 2
    assert "\\" not in html
    assert "{" not in html


def test_no_field_of_any_type_is_an_address_or_number_of_a_person() -> None:
    names = {name for shipped in TYPES for name in fields_of(shipped.slug)}
    for name in names - {"skole_adresse", "skole_telefon", "skole_epost", "kontakttelefon"}:
        assert not any(word in name for word in ("adresse", "fnr", "fodsel", "telefon", "epost", "person_id"))
