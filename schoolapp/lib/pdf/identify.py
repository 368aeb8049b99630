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
PACKET, OPENING, CLOSING = b"<?xpacket begin=", b"<x:xmpmeta", b"</x:xmpmeta>"
MAX_PACKET_HEAD, MAX_PACKET = 200, 200_000
HEADER = re.compile(rb"%PDF-1\.[0-7]")
PART = re.compile(rb"""pdfaid:part\s*(?:=\s*["']|>\s*)(\d)""")
CONFORMANCE = re.compile(rb"""pdfaid:conformance\s*(?:=\s*["']|>\s*)([ABU])""")


def approved_pdf(content: bytes) -> str:
    """The PRONOM id when `content` is a PDF/A that archives approve, else an empty string."""
    if not HEADER.match(content[:8]) or b"%%EOF" not in content[-1024:] or b"/Encrypt" in content[-4096:]:
        return ""
    packet = first_packet(content)
    part, conformance = PART.search(packet), CONFORMANCE.search(packet)
    if part is None or conformance is None:
        return ""
    return PUIDS.get((part[1].decode(), conformance[1].decode()), "")


def first_packet(content: bytes) -> bytes:
    """The first XMP packet in plain text, or nothing. Looks at each byte a bounded number of times."""
    at = content.find(PACKET)
    while at >= 0:
        head = at + len(PACKET)
        opening = content.find(OPENING, head, head + MAX_PACKET_HEAD + len(OPENING))
        if opening >= 0:
            closing = content.find(CLOSING, opening, opening + MAX_PACKET)
            return content[opening:closing] if closing >= 0 else b""
        at = content.find(PACKET, head)
    return b""
