"""No text of the interface lacks nynorsk, and none that guardians or pupils meet lacks English."""

from string import Formatter

import pytest
from django.utils.translation import gettext, override

from local_runtime.extract import LANGUAGES, catalogue_path, extracted, read_catalogue, wanted
from local_runtime.texts import compile_catalogue


@pytest.fixture(scope="module")
def texts():
    found = extracted()
    assert len(found) > 300
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language, texts):
    catalogue = read_catalogue(language)
    missing = []
    for (singular, context), text in wanted(language, texts).items():
        known = catalogue.get(singular, context)
        strings = (known.string if isinstance(known.string, tuple) else (known.string,)) if known else ()
        if not strings or not all(strings) or known.fuzzy:
            missing.append(f"{singular!r} in {text.places[0]}")
    assert not missing, "run python -m local_runtime.extract and translate:\n" + "\n".join(missing)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_the_merged_parts_of_its_text(language):
    for message in read_catalogue(language):
        if not message.id:
            continue
        originals = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        for string in strings:
            assert merged(string) in [merged(original) for original in originals], message.id


def merged(text: str) -> list[str]:
    """The names of the parts put into a text, in either notation."""
    percent = [part.split(")")[0] for part in text.split("%(")[1:]]
    try:
        braces = [name for _text, name, _spec, _conversion in Formatter().parse(text) if name]
    except ValueError:
        braces = []
    return sorted(percent + braces)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_compiles(language, tmp_path):
    source = tmp_path / "django.po"
    source.write_bytes(catalogue_path(language).read_bytes())
    compile_catalogue(source)
    assert source.with_suffix(".mo").stat().st_size > 1000


def test_a_missing_text_falls_back_to_bokmål():
    with override("nn"):
        assert gettext("Denne teksten finnes ikke i noe oppslag.") == "Denne teksten finnes ikke i noe oppslag."
