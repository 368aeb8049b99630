"""The one PDF process of this web or worker process, with the assets a letter may use."""

from pathlib import Path

from django.conf import settings

from schoolapp.lib.pdf.press import Press

SUBSETS = ("latin", "latin-ext", "cyrillic", "greek", "vietnamese")
WEIGHTS = (400, 600)


def assets() -> dict[str, Path]:
    """Every file a letter can reach, by the name the style sheet uses."""
    fonts = Path(settings.NODE_MODULES) / "@fontsource" / "inter" / "files"
    names = [f"inter-{subset}-{weight}" for subset in SUBSETS for weight in WEIGHTS]
    named = {f"{name}.woff2": fonts / f"{name}-normal.woff2" for name in names}
    return named | {"letter.css": Path(settings.BASE_DIR) / "static" / "documents" / "letter.css"}


press = Press(assets=assets(), stylesheets=["letter.css"])
