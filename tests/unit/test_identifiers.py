"""Identifiers: the register's test values, and 200,000 generated and mutated ones against the formulas.

The formulas are written here once more, from their sources, so that a library's mistake would be seen.
"""

import string
from collections.abc import Callable
from datetime import date, timedelta
from random import Random

import pytest

from calls.phone import to_e164
from ledger_link.values.business_id import is_business_id, parse_business_id
from ledger_link.values.iban import iban_for_reading, parse_iban
from ledger_link.values.identity_code import IdentityCode
from ledger_link.values.reference_number import ReferenceNumber

TODAY = date(2026, 11, 3)
VALUES_OF_EACH = 50_000
CENTURY = {"+": 1800, **dict.fromkeys("-YXWVU", 1900), **dict.fromkeys("ABCDEF", 2000)}
CHECK_CHARACTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY"


@pytest.mark.parametrize(
    ("code", "born"),
    [
        ("131052-308T", date(1952, 10, 13)),
        ("010594Y9032", date(1994, 5, 1)),
        ("020516C903K", date(2016, 5, 2)),
        ("020503F9037", date(2003, 5, 2)),
        (" 010594y9032\t", date(1994, 5, 1)),
    ],
)
def test_identity_codes(code: str, born: date) -> None:
    parsed = IdentityCode.parse(code, on=TODAY)
    assert (parsed.code, parsed.birth_date) == (code.strip().upper(), born)
    assert parsed.is_temporary == (parsed.code[7] == "9")


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("131052-308U", "check character"),
        ("010190Y999K", "check character"),
        ("310252-308Y", "no day of birth"),
        ("131052A308T", "future"),
        ("131052-001T", "no individual number"),
        ("131052G308T", "no identity code"),
        ("131052308T", "no identity code"),
        ("131052-308T1", "no identity code"),
        ("13105\N{ARABIC-INDIC DIGIT TWO}-308T", "no identity code"),
        ("", "no identity code"),
    ],
)
def test_what_is_no_identity_code(code: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong) as refusal:
        IdentityCode.parse(code, on=TODAY)
    assert refusal.value.__cause__ is None
    assert code == "" or code not in str(refusal.value)


def test_nobody_is_born_tomorrow_but_today() -> None:
    code = _identity_code(TODAY, "F", 902)
    assert IdentityCode.parse(code, on=TODAY).birth_date == TODAY
    with pytest.raises(ValueError, match="future"):
        IdentityCode.parse(code, on=TODAY - timedelta(days=1))


def test_an_identity_code_is_shown_masked() -> None:
    parsed = IdentityCode.parse("010594Y9032", on=TODAY)
    assert str(parsed) == parsed.masked == "010594Y****"
    assert "9032" not in repr(parsed)


def test_the_sign_tells_two_persons_apart() -> None:
    assert IdentityCode.parse("010594Y9032", on=TODAY) != IdentityCode.parse("010594-9032", on=TODAY)


@pytest.mark.parametrize(
    ("text", "national", "rf"),
    [
        ("1234561", "1234561", "RF341234561"),
        ("2348236", "2348236", "RF332348236"),
        ("RF341234561", "1234561", "RF341234561"),
        ("rf33 2348 236", "2348236", "RF332348236"),
        ("00000 00000 00012 34561", "1234561", "RF341234561"),
    ],
)
def test_reference_numbers(text: str, national: str, rf: str) -> None:
    parsed = ReferenceNumber.parse(text)
    assert (parsed.national, parsed.rf) == (national, rf)
    assert ReferenceNumber.parse(parsed.rf) == ReferenceNumber.parse(str(parsed)) == parsed


@pytest.mark.parametrize(
    "text",
    [
        "1234562",
        "RF351234561",
        "RF341234562",
        "RF18539007547034",  # of another country: right by ISO 11649, without a national check digit
        "RF185390075470Y",
        "RF34",
        "",
        "0",
        "13",
        "123456A",
        "1" * 21,
        "\N{SUPERSCRIPT TWO}348236",
    ],
)
def test_what_is_no_reference_number(text: str) -> None:
    with pytest.raises(ValueError, match=r"check digit|reference number"):
        ReferenceNumber.parse(text)


def test_a_reference_is_read_and_made() -> None:
    assert str(ReferenceNumber.parse("1234561")) == "12 34561"
    assert str(ReferenceNumber.of_base(1234)) == "12344"
    assert ReferenceNumber.of_base(123456).national == "1234561"


def test_ibans() -> None:
    assert parse_iban("FI2112345600000785") == parse_iban("fi21 1234 5600 0007 85") == "FI2112345600000785"
    assert iban_for_reading("FI2112345600000785") == "FI21 1234 5600 0007 85"
    for text in ("FI2112345600000786", "FI211234560000078", "ZZ2112345600000785", ""):
        with pytest.raises(ValueError, match="check digits"):
            parse_iban(text)


@pytest.mark.parametrize("text", ["2077474-0", "0640915-7", "20774740", "FI20774740"])
def test_business_ids(text: str) -> None:
    assert is_business_id(text)
    assert parse_business_id(text) == f"{text.removeprefix('FI')[:7]}-{text[-1]}"


@pytest.mark.parametrize("text", ["2077474-1", "0640915-8", "640915-7", "2077474", "207747-40", "", "2077474-A"])
def test_typos_of_business_ids(text: str) -> None:
    assert not is_business_id(text)


@pytest.mark.parametrize("text", ["040 123 4567", "00358401234567", "+358 (0)40 123 4567"])
def test_numbers(text: str) -> None:
    assert to_e164(text) == "+358401234567"


def test_generated_identity_codes_agree_with_the_formula() -> None:
    def make(random: Random) -> str:
        day, month, year = random.randint(1, 31), random.randint(1, 12), random.randint(0, 99)
        digits = f"{day:02}{month:02}{year:02}", f"{random.randint(0, 999):03}"
        return f"{digits[0]}{random.choice('+-YXWVUABCDEF')}{digits[1]}{CHECK_CHARACTERS[int(''.join(digits)) % 31]}"

    def holds(text: str) -> bool:
        body, sign, number = text[:6], text[6:7], text[7:10]
        if len(text) != 11 or sign not in CENTURY or not _is_digits(body + number):
            return False
        try:
            born = date(CENTURY[sign] + int(body[4:]), int(body[2:4]), int(body[:2]))
        except ValueError:
            return False
        right = CHECK_CHARACTERS[int(body + number) % 31]
        return born <= TODAY and int(number) >= 2 and text[10] == right

    _compare(make, holds, lambda text: IdentityCode.parse(text, on=TODAY))


def test_generated_references_agree_with_the_formula() -> None:
    def weighted(base: str) -> int:
        return sum(int(digit) * (7, 3, 1)[place % 3] for place, digit in enumerate(base[::-1]))

    def remainder(text: str) -> int:
        return int("".join(str(int(char, 36)) for char in text)) % 97

    def make(random: Random) -> str:
        base = str(random.randint(100, 10 ** random.randint(4, 19) - 1))
        national = f"{base}{(10 - weighted(base) % 10) % 10}"
        return national if random.random() < 0.5 else f"RF{98 - remainder(national + 'RF00'):02}{national}"

    def holds(text: str) -> bool:
        national = text[4:] if text.startswith("RF") else text
        if not _is_digits(national) or (text.startswith("RF") and not _is_digits(text[2:4])):
            return False
        if text.startswith("RF") and (len(text) > 25 or int(text[2:4]) != 98 - remainder(national + "RF00")):
            return False
        significant = national.lstrip("0")
        in_length = 4 <= len(significant) <= 20
        return in_length and int(significant[-1]) == (10 - weighted(significant[:-1]) % 10) % 10

    _compare(make, holds, ReferenceNumber.parse)


def test_generated_ibans_agree_with_the_formula() -> None:
    def remainder(text: str) -> int:
        return int("".join(str(int(char, 36)) for char in text)) % 97

    def make(random: Random) -> str:
        account = f"{random.randrange(10**14):014}"
        return f"FI{98 - remainder(account + 'FI00'):02}{account}"

    def holds(text: str) -> bool:
        is_finnish = len(text) == 18 and text.startswith("FI") and _is_digits(text[2:])
        return is_finnish and int(text[2:4]) == 98 - remainder(text[4:] + "FI00")

    _compare(make, holds, parse_iban)


def test_generated_business_ids_agree_with_the_formula() -> None:
    def rest(base: str) -> int:
        return sum(int(digit) * weight for digit, weight in zip(base, (7, 9, 10, 5, 8, 4, 2), strict=True)) % 11

    def make(random: Random) -> str:
        base = f"{random.randrange(10**7):07}"
        return f"{base}-{(11 - rest(base)) % 11 % 10}"  # wrong on purpose where the rest is 1: never issued

    def holds(text: str) -> bool:
        base, check = text[:7], text[-1:]
        has_form = len(text) in (8, 9) and _is_digits(base + check) and (len(text) == 8 or text[7] == "-")
        return has_form and rest(base) != 1 and int(check) == (11 - rest(base)) % 11

    _compare(make, holds, parse_business_id)


def _compare(make: Callable[[Random], str], holds: Callable[[str], bool], parse: Callable[[str], object]) -> None:
    """Half of the values keep their rule, but for what makes them impossible; the others had a typo."""
    random = Random(20161031)  # noqa: S311 (a test's values need be the same every time, not secret)
    accepted = 0
    for turn in range(VALUES_OF_EACH):
        text = make(random) if turn % 2 else _mistyped(make(random), random)
        try:
            parse(text)
        except ValueError:
            assert not holds(text), text
        else:
            assert holds(text), text
            accepted += 1
    assert VALUES_OF_EACH // 4 < accepted < VALUES_OF_EACH * 3 // 4


def _mistyped(text: str, random: Random) -> str:
    """Change, swap, leave out or add a character, as people do."""
    at = random.randrange(len(text) - 1)
    typed = random.choice(string.digits + string.ascii_uppercase)
    return random.choice(
        (
            text[:at] + typed + text[at + 1 :],
            text[:at] + text[at + 1] + text[at] + text[at + 2 :],
            text[:at] + text[at + 1 :],
            text[:at] + typed + text[at:],
        )
    )


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _identity_code(born: date, sign: str, number: int) -> str:
    body = f"{born:%d%m%y}"
    return f"{body}{sign}{number:03}{CHECK_CHARACTERS[int(f'{body}{number:03}') % 31]}"
