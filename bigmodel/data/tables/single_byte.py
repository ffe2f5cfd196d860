"""Which encoding of one byte a character a text is in, by the letters that are common in its language; it opens no file."""

COMMON = {  # name, codec: the eleven commonest letters of the languages that use it
    ("Windows-1251", "cp1251"): "оеаинтсрвлк",
    ("KOI8-R", "koi8_r"): "оеаинтсрвлк",
    ("CP866", "cp866"): "оеаинтсрвлк",
    ("ISO-8859-5", "iso8859_5"): "оеаинтсрвлк",
    ("Windows-1253", "cp1253"): "αοιετσνηυρπ",
    ("Windows-1255", "cp1255"): "יוהלארתמשבנ",
    ("Windows-1256", "cp1256"): "اليمونرتبةع",
    ("Windows-874", "cp874"): "านรอกเงมยลว",
}
LOOKED_AT = 2**16  # bytes
FEWEST = 20  # bytes above 127 that tell anything
FOREIGN_SHARE = 0.3  # of the letters are above 127 where the script is not Latin
COMMON_SHARE = 0.45  # of those are common letters, in lower case
CENTRAL = ("Windows-1250", "cp1250")
FEWEST_SIGNS = 3


def find_single_byte(head: bytes, *, has_utf8: bool = False) -> tuple[str, str] | None:
    """Return name and codec where the letters leave little doubt, None for Western European texts."""
    head = head[:LOOKED_AT]
    high = sum(byte > 127 for byte in head)
    letters = sum(bytes((byte,)).isalpha() for byte in head)
    if high < FEWEST_SIGNS:
        return None
    if high < FEWEST or high < FOREIGN_SHARE * (high + letters):
        return CENTRAL if not has_utf8 and _is_central(head) else None
    shares = {kind: _share(head, kind[1], common) for kind, common in COMMON.items()}
    best = max(shares, key=shares.__getitem__)
    return best if shares[best] >= COMMON_SHARE else None


def _share(head: bytes, codec: str, common: str) -> float:
    high = bytes(byte for byte in head if byte > 127)
    text = high.decode(codec, "replace")
    return sum(text.count(letter) for letter in common) / len(text)


def _is_central(head: bytes) -> bool:
    """Tell Polish, Czech and their kin: letters where Western Europe has signs, or ones that no Western language joins."""
    western, central = head.decode("cp1252", "replace"), head.decode("cp1250", "replace")
    pairs = list(zip(western, central, strict=True))
    inside = sum(
        not west.isalpha()
        and east.isalpha()
        and (pairs[place - 1][1].isalpha() if place else False)
        for place, (west, east) in enumerate(pairs)
    )
    czech = min(sum(head.count(b) for b in (0xEC, 0xF8)), sum(head.count(b) for b in (0x9A, 0x9E)))
    return max(inside, czech) >= FEWEST_SIGNS
