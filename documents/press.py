"""The one PDF process of this web or worker process, with the assets a letter may use."""

from pathlib import Path

from django.conf import settings

from schoolapp.lib.pdf.press import Press

SUBSETS = ("latin", "latin-ext", "cyrillic", "greek", "vietnamese")


def assets() -> dict[str, Path]:
    """Every file a letter can reach, by the name the style sheet uses."""
    fonts = Path(settings.NODE_MODULES) / "@fontsource-variable" / "inter" / "files"
    named = {f"inter-{subset}.woff2": fonts / f"inter-{subset}-wght-normal.woff2" for subset in SUBSETS}
    return named | {"letter.css": Path(settings.BASE_DIR) / "static" / "documents" / "letter.css"}


press = Press(assets=assets(), stylesheets=["letter.css"])
