"""Which PDF/A a file says it is, by the PRONOM id an archive's own identification will find.

PRONOM's signatures look for `pdfaid:part` and `pdfaid:conformance` in plain text; a compressed XMP packet makes the
file an ordinary PDF to them. So a search of the plain bytes, and nothing cleverer, answers the question the archive
will ask. The tests compare the answers with FIDO, which runs the PRONOM signatures themselves.
"""

import re

# Approved formats in the archive regulation's list (RAF-220301). PDF/A-3 is approved on application only.
PUIDS = {
    ("1", "A"): "fmt/95",
    ("1", "B"): "fmt/354",
    ("2", "A"): "fmt/476",
    ("2", "B"): "fmt/477",
    ("2", "U"): "fmt/478",
}
XMP = re.compile(rb"<\?xpacket begin=.{0,200}?<x:xmpmeta.{0,200000}?</x:xmpmeta>", re.DOTALL)
HEADER = re.compile(rb"%PDF-1\.[0-7]")
PART = re.compile(rb"""pdfaid:part\s*(?:=\s*["']|>\s*)(\d)""")
CONFORMANCE = re.compile(rb"""pdfaid:conformance\s*(?:=\s*["']|>\s*)([ABU])""")


def approved_pdf(content: bytes) -> str:
    """The PRONOM id when `content` is a PDF/A that archives approve, else an empty string."""
    if not HEADER.match(content[:8]) or b"%%EOF" not in content[-1024:] or b"/Encrypt" in content[-4096:]:
        return ""
    packet = XMP.search(content)
    if packet is None:
        return ""
    part, conformance = PART.search(packet[0]), CONFORMANCE.search(packet[0])
    if part is None or conformance is None:
        return ""
    return PUIDS.get((part[1].decode(), conformance[1].decode()), "")
