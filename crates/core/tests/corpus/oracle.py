"""What `PhoneNumber::parse` promises, a second time: on Google's algorithm as Python has it.

Written from the documented contract (crates/core/src/phone.rs, docs/decisions/0005-phone-input.md)
and never from what our own code answers. `phonenumbers` 9.0.42 carries the same numbering plans as
the Rust library of the root Cargo.toml; another version of either is a change of identities, so
both are pinned and move together.
"""

import re
import sys
from typing import NamedTuple

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

PLANS = "9.0.42"
if phonenumbers.__version__ != PLANS:
    sys.exit(f"the oracle needs phonenumbers {PLANS}, this is {phonenumbers.__version__}")

PEOPLE_S = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
CHINA = "86"
NO_COUNTRY = "001"
# What may stand before a national number: how its country dials within itself, and a country code
# that is announced by `+` (not in `digits` any more), `00`, `011` or nothing.
TRUNK = "(?:0|1|8|06|80)?"
FRONT = "(?:(?:00|011)?{code})?" + TRUNK
# One pattern of a plan is compiled once: the module's own cache holds fewer than there are.
re._MAXCACHE = 1 << 16
FOLDED = {0x3000: " "} | {wide: chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)}


class Verdict(NamedTuple):
    """A number and its country, or neither and why."""

    e164: str | None
    region: str | None
    # The kind of refusal where only one can be meant, otherwise `refused`.
    why: str | None


def refused(reasons):
    return Verdict(None, None, reasons.pop() if len(reasons) == 1 else "refused")


def judge(number, country_code):
    """The verdict on a pair as a caller of the API writes it; `None` is an absent country code."""
    written = re.sub("[-. ()]", "", number.translate(FOLDED))
    reasons = fault_of_text(written)
    named = named_code(country_code)
    if named is False:
        reasons.add("CountryCode")
    if reasons:
        return refused(reasons)
    return dialled(written, named)


def fault_of_text(written):
    if not re.fullmatch(r"\+?[0-9]*", written):
        return {"Character"}
    if not 5 <= len(written.lstrip("+")) <= 17:
        return {"NotValid"}
    return set()


def named_code(country_code):
    """The digits of a country code, `None` if there are none, `False` if they cannot be one."""
    text = (country_code or "").translate(FOLDED).strip(" ")
    if not text:
        return None
    shape = re.fullmatch(r"(?:\+|00|0)?([1-9][0-9]{0,2})", text)
    return shape[1] if shape else False


def dialled(written, named):
    """The verdict on digits that may have a `+`, dialled in the country of a code."""
    home = None
    if not written.startswith("+"):
        home = phonenumbers.region_code_for_country_code(int(named or CHINA))
        if home == phonenumbers.phonenumberutil.UNKNOWN_REGION:
            return refused({"CountryCode"})
    try:
        parsed = phonenumbers.parse(written, home, keep_raw_input=True)
    except NumberParseException:
        return refused({"NotValid"})
    reasons = faults_of_number(parsed, written)
    if named and int(named) != parsed.country_code:
        reasons.add("Contradiction")
    if reasons:
        return refused(reasons)
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return Verdict(e164, phonenumbers.region_code_for_number(parsed), None)


def faults_of_number(parsed, written):
    if not phonenumbers.is_valid_number(parsed) or not plainly_dialled(parsed, written):
        return {"NotValid"}
    if phonenumbers.number_type(parsed) not in PEOPLE_S:
        return {"NotMobile"}
    if phonenumbers.region_code_for_number(parsed) == NO_COUNTRY:
        return {"NotMobile"}
    return set()


def plainly_dialled(parsed, written):
    """Whether nothing but a country code and a trunk prefix was taken off the front."""
    if parsed.preferred_domestic_carrier_code:
        return False
    national = phonenumbers.national_significant_number(parsed)
    digits = written.lstrip("+")
    if not digits.endswith(national):
        # Argentina writes a 15 in the middle, which became a 9 in front.
        return True
    front = digits.removesuffix(national)
    return re.fullmatch(FRONT.format(code=parsed.country_code), front) is not None
