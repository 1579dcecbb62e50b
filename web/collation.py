"""The order in which Finnish lists people: å, ä and ö are letters of their own, after z (SFS-EN 13710, CLDR ``fi``)."""

import unicodedata

_AFTER_Z = {"å": "{", "ä": "|", "ö": "}"}  # the three characters that follow z in ASCII
_AS_OTHERS = {"æ": "|", "ø": "}", "ü": "y", "đ": "d", "ð": "d", "ł": "l", "ß": "ss", "þ": "th", "ŋ": "n"}
_LETTERS = str.maketrans({**_AFTER_Z, **_AS_OTHERS, "-": " ", "'": "", "\N{RIGHT SINGLE QUOTATION MARK}": ""})


def finnish_order(text: str) -> tuple[str, str]:
    """Give the key by which texts are sorted: other accents count only between texts that are equal without them."""
    folded = unicodedata.normalize("NFC", text).casefold()
    letters = unicodedata.normalize("NFD", folded.translate(_LETTERS))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return plain, folded


def person_order(name: str) -> tuple[str, str]:
    """Give the key by which persons are listed: surname first. A call name is one word, the rest is the surname."""
    call_name, _, surname = name.partition(" ")
    return finnish_order(f"{surname} {call_name}")
