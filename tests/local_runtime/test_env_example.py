"""`.env.example` and the settings name the same values, and nothing else reads the environment."""

import re

import pytest
from django.apps import apps
from django.conf import settings

SETTINGS = settings.BASE_DIR / "schoolapp" / "settings.py"
PASSES_PATH_ON_TO_A_CHILD = settings.BASE_DIR / "schoolapp" / "lib" / "pdf" / "press.py"


def names_read():
    """The first argument of every env.<type>("NAME", …) in the settings."""
    return re.findall(r'\benv\.\w+\(\s*"([A-Z0-9_]+)"', SETTINGS.read_text())


def names_in_compose_file():
    return set(re.findall(r"\$\{([A-Z_]+)", (settings.BASE_DIR / "docker-compose.yml").read_text()))


def lines():
    return (settings.BASE_DIR / ".env.example").read_text().splitlines()


def test_every_name_is_there_once_and_no_other():
    named = [match[1] for line in lines() if (match := re.match(r"#?\s?([A-Z][A-Z0-9_]+)=", line))]
    assert len(set(names_read())) > 20
    assert sorted(named) == sorted({*names_read(), *names_in_compose_file()})


def test_it_holds_no_secret():
    values = dict(line.split("=", 1) for line in lines() if re.match(r"[A-Z0-9_]+=", line))
    assert [name for name in values if re.search("SECRET|PASSWORD|JWK|KEY$", name) and values[name]] == []


@pytest.mark.parametrize("name", ["os.environ[", "os.environ.get", "os.getenv", "environ.Env"])
def test_production_code_reads_the_environment_in_settings_only(name):
    readers = [
        str(file.relative_to(settings.BASE_DIR))
        for app in apps.get_app_configs()
        if (settings.BASE_DIR / app.name).is_dir()
        for file in (settings.BASE_DIR / app.name).rglob("*.py")
        if file not in {SETTINGS, PASSES_PATH_ON_TO_A_CHILD} and name in file.read_text()
    ]
    assert readers == []
