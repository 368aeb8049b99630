"""Compiles locale/*.po to .mo without GNU gettext, which a fresh machine does not have."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from local_runtime.bootstrap import ROOT


def compile_catalogue(source: Path) -> None:
    """Write the .mo next to `source`. Doubtful (fuzzy) translations are left out, as msgfmt leaves them out."""
    with source.open("rb") as text:
        catalogue = read_po(text)
    with source.with_suffix(".mo").open("wb") as compiled:
        write_mo(compiled, catalogue)


if __name__ == "__main__":
    for catalogue_source in ROOT.glob("locale/*/LC_MESSAGES/*.po"):
        compile_catalogue(catalogue_source)
