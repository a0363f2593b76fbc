"""What `PhoneNumber::parse` promises, a second time: on Google's algorithm as Python has it.

Written from the documented contract (crates/core/src/phone.rs, docs/decisions/0005-phone-input.md,
docs/decisions/0019-older-forms.md) and never from what our own code answers. The table of older
forms is the one that Rust reads; it is applied before anything is compared, and nothing else is exempt. `phonenumbers` 9.0.42 carries the same numbering plans as
the Rust library of the root Cargo.toml; another version of either is a change of identities, so
both are pinned and move together.
"""

import re
import sys
import unicodedata
from functools import cache
from pathlib import Path
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
WIDE = {wide: chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)}
# Unicode's Default_Ignorable_Code_Point beside the format characters, and the format characters
# that are drawn (Prepended_Concatenation_Mark): no module of Python knows either property.
IGNORABLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
DRAWN = re.compile("[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd]")
SPACES = re.compile("[\\s\u2800\u0085]")
NOT_SPACES = re.compile("[\x1c-\x1f]")
HYPHENS = re.compile("[\u2212\u2043\u02d7\u30fc\uff70]")


def fold(text):
    """Typed characters as they are read: spaces, hyphens, ASCII, and nothing that cannot be seen."""
    return "".join(map(fold_one, text))


@cache
def fold_one(c):
    if SPACES.match(c) and not NOT_SPACES.match(c):
        return " "
    c = c.translate(WIDE)
    category = unicodedata.category(c)
    if IGNORABLE.match(c) or (category == "Cf" and not DRAWN.match(c)):
        return ""
    return "-" if category == "Pd" or HYPHENS.match(c) else c


class Older(NamedTuple):
    """A row of the table of older forms."""

    calling_code: str
    pattern: re.Pattern
    international: bool
    to: str
    certain: bool

    @classmethod
    def read(cls, row):
        form, to, _, verdict, _ = row.split("\t")
        code, form = form.split(" ", 1)
        trunk = "0?" if form.startswith("(0)") else ""
        slots = re.sub(r"#|\[\d+\]", lambda slot: f"({slot[0].replace('#', '[0-9]')})", form.removeprefix("(0)"))
        certain = {"certain": True, "not": False}[verdict]
        return cls(code.lstrip("+"), re.compile(trunk + slots), code.startswith("+"), to, certain)

    def today(self, written, home):
        """The number of today in E.164, if the digits are in this form."""
        for national in self.nationals(written, home):
            if found := self.pattern.fullmatch(national):
                digits = iter(found.groups())
                new = re.sub("#", lambda _: next(digits), self.to)
                return "+" + new.replace(" ", "")
        return None

    def nationals(self, written, home):
        code, at_home = self.calling_code, not self.international and home == self.calling_code
        fronts = ("\\+",) if written.startswith("+") else ("00", "011", "") if at_home else ("00", "011")
        found = (re.fullmatch(front + code + "([0-9]+)", written) for front in fronts)
        yield from (each[1] for each in found if each)
        if at_home and not written.startswith("+"):
            yield written


TABLE = Path(__file__).parents[2] / "src/phone/older_forms.tsv"
OLDER = [
    Older.read(row) for row in TABLE.read_text(encoding="utf-8").splitlines() if not row.startswith("#")
]


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
    text = re.sub("(?i)^ *tel:", "", fold(number))
    written = re.sub("[-. ()]", "", text)
    reasons = fault_of_text(written)
    named = named_code(country_code)
    if named is False:
        reasons.add("CountryCode")
    if reasons:
        return refused(reasons)
    code, area, countries = named or (CHINA, None, None)
    whole = dialled(written, code)
    if named is None:
        return whole
    if area is None:
        return contradiction(whole) if whole.e164 and not written_for(whole, code) else whole
    return narrowed(written, code, area, countries, whole)


def written_for(verdict, code):
    return str(phonenumbers.parse(verdict.e164).country_code) == code


def contradiction(_):
    return refused({"Contradiction"})


def narrowed(written, code, area, countries, whole):
    """The verdict where an area code says which of the countries of a calling code is meant."""
    longer = None if written.startswith("+") else dialled(area + written, code)
    there = {each for each in (whole, longer) if each and each.region in countries}
    if len(there) > 1:
        return refused({"NotValid"})
    if there:
        return there.pop()
    return contradiction(whole) if whole.e164 else whole


def fault_of_text(written):
    if not re.fullmatch(r"\+?[0-9]*", written):
        return {"Character"}
    if not 5 <= len(written.lstrip("+")) <= 17:
        return {"NotValid"}
    return set()


# The area codes that stand for a country in lists of countries, outside of North America.
AREAS = {
    ("7", "6"): "KZ", ("7", "7"): "KZ", ("39", "06698"): "VA IT", ("47", "79"): "SJ NO",
    **{("44", area): "GG" for area in ("1481", "7781", "7839", "7911")},
    **{("44", area): "JE" for area in ("1534", "7509", "7700", "7797", "7829", "7937")},
    **{("44", area): "IM" for area in ("1624", "7524", "7624", "7924")},
    ("61", "89162"): "CC AU", ("61", "89164"): "CX AU", ("90", "392"): "TR",
    ("212", "5288"): "EH MA", ("212", "5289"): "EH MA", ("262", "262"): "RE", ("262", "692"): "RE",
    ("262", "693"): "RE", ("262", "269"): "YT", ("262", "639"): "YT", ("290", "8"): "TA SH",
    ("358", "18"): "AX FI", ("373", "533"): "MD", ("590", "590"): "GP BL MF", ("590", "690"): "GP BL MF",
    ("594", "594"): "GF", ("594", "694"): "GF", ("596", "596"): "MQ", ("596", "696"): "MQ",
    ("599", "3"): "BQ", ("599", "4"): "BQ", ("599", "7"): "BQ", ("599", "9"): "CW",
}  # fmt: skip


def named_code(country_code):
    """Calling code, area code and its countries; `None` if there are none, `False` if they cannot be any."""
    text = fold(country_code or "")
    if not text.strip(" "):
        return None
    shape = re.fullmatch(r"\+?(?:00|0)?([1-9][0-9]*)", re.sub("[-. ()]", "", text))
    if not shape:
        return False
    digits = shape[1]
    if len(digits) <= 3 and is_calling_code(digits):
        return digits, None, None
    for length in (1, 2, 3):
        code, area = digits[:length], digits[length:]
        if is_calling_code(code) and (countries := countries_of(code, area)):
            return code, area, countries
    return (digits, None, None) if len(digits) <= 3 else False


def is_calling_code(digits):
    return int(digits) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE


def countries_of(code, area):
    if code == "1" and len(area) == 3:
        region = phonenumbers.region_code_for_number(phonenumbers.parse(f"+1{area}2345678"))
        return {region} if region else set()
    return set(AREAS.get((code, area), "").split())


def dialled(written, home):
    """The verdict on digits that may have a `+`, dialled in the country of a calling code."""
    today = of_today(written, home)
    if today.e164:
        return today
    for older in (*filter(lambda row: row.certain, OLDER), *filter(lambda row: not row.certain, OLDER)):
        if number := older.today(written, home):
            newer = of_today(number, home)
            if not older.certain:
                return refused({"OlderForm"})
            return newer if newer.e164 else today
    return today


def of_today(written, home):
    """The verdict by the numbering plans of today."""
    region = None
    if not written.startswith("+"):
        region = phonenumbers.region_code_for_country_code(int(home))
        if region == phonenumbers.phonenumberutil.UNKNOWN_REGION:
            return refused({"CountryCode"})
    try:
        parsed = phonenumbers.parse(written, region, keep_raw_input=True)
    except NumberParseException:
        return refused({"NotValid"})
    if reasons := faults_of_number(parsed, written):
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
