"""Codes with a check character: USCC (GB 32100-2015) and resident ID card (GB 11643-1999)."""

import re
from datetime import date

from stdnum.cn import ric, uscc

from formsvc.fields.errors import Wrong

# Letters that look like digits or like each other are not used: I, O, S, V, Z.
_USCC = re.compile(r"[1-9ANY][0-9A-HJ-NPQRTUWXY][0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")

# What both had before: the registration number of a company, and a card without century and check character.
_OLD = re.compile("[0-9]{15}")

_RESIDENT_ID = re.compile("[0-9]{17}[0-9X]")

# GB/T 2260: provinces, Taiwan, Hong Kong, Macao; 83 is on residence permits of people from Taiwan.
_PROVINCE = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")


def check_uscc(code: str) -> None:
    """GB 32100-2015: 18 characters, the last of them by modulus 31 over the others. Raises Wrong.

    The form is ours, since stdnum knows no authority that is a letter (A, N and Y are in use); the sum is stdnum's.
    """
    if _OLD.fullmatch(code):
        raise Wrong("uscc-old")
    if len(code) != 18:
        raise Wrong("uscc-length", length=str(len(code)))
    if not _USCC.fullmatch(code):
        raise Wrong("uscc-characters")
    if uscc.calc_check_digit(code) != code[-1]:
        raise Wrong("uscc-check")


def check_resident_id(number: str, today: date) -> None:
    """GB 11643-1999: region, date of birth, serial, check character by modulus 11 (X is 10). Raises Wrong.

    Only the province is looked up: a card keeps the code of a county that is long gone, and stdnum's list lacks some.
    """
    if _OLD.fullmatch(number):
        raise Wrong("id-old")
    if len(number) != 18:
        raise Wrong("id-length", length=str(len(number)))
    if not _RESIDENT_ID.fullmatch(number):
        raise Wrong("id-characters")
    if not _PROVINCE.fullmatch(number[:2]):
        raise Wrong("id-province")
    if not _is_birth_date(number[6:14], today):
        raise Wrong("id-birth")
    if ric.calc_check_digit(number) != number[-1]:
        raise Wrong("id-check")


def _is_birth_date(digits: str, today: date) -> bool:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return date(1900, 1, 1) <= born <= today
