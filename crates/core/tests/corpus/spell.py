"""How one number can be written, rightly and wrongly."""

from plans import CODES, sample

WIDE = {c: c + 0xFEE0 for c in range(0x21, 0x7F)} | {0x20: 0x3000}
PUNCTUATION = " -.()"
CODE_FORMS = ("{}", "+{}", "00{}", "0{}", " {} ", "＋{}")
# What stands where it must not: letters, other scripts, controls, bidi, zero-width, lookalikes.
STRANGE = (
    "O", "l", "x", "p", "\t", "\n", "\r", "\0", "\x7f", "\x85", "\xa0", "\xad",
    "\u200b", "\u200d", "\u2060", "\ufeff", "\u200e", "\u200f", "\u202a", "\u202d", "\u202e",
    "\u2066", "\u2069", "\u2009", "\u2028", "\u0301", "\u20e3", "\ufe0f", "\u2010", "\u2013",
    "\u2212", "\u30fc", "\uff5e", "\uff0f", "\uff21", "\uff41", "٣", "۳", "३", "３", "③", "³",
    "㈢", "三", "𝟛", "🯳", "⑶", "Ⅲ", "+", "＋", "#", "*", "/", ",", ";", "~", "_", "'", "\"", "%",
    "\\", "&", "=", ":", "\ue000", "\U0010ffff",
)  # fmt: skip
SUFFIXES = (
    ";ext=5", " ext 5", "x9", " x 123", "#12", ",,9", ";5", " доб. 7", " anexo 3", "ｅｘｔ５",
    ";phone-context=+86", ";isub=1", "/13900139000", ",13900139000", " 13900139000", "\n", "\0",
)  # fmt: skip
PREFIXES = ("tel:", "sms:", "tel:+", "Tel ", "*31#", "#31#", "//", "+", "++", "00+", "0+", "p", "\ufeff")


def wide(text):
    return text.translate(WIDE)


def with_strange(random, text):
    at = random.randint(0, len(text))
    return text[:at] + random.choice(STRANGE) + text[at:]


def punctuated(random, text):
    for _ in range(random.randint(1, 5)):
        at = random.randint(0, len(text))
        text = text[:at] + random.choice(PUNCTUATION) + text[at:]
    return text


def mutated(random, text):
    """One edit somewhere: a digit lost, added, doubled, changed, swapped; or something strange."""
    at = random.randrange(len(text)) if text else 0
    left, c, right = text[:at], text[at : at + 1], text[at + 1 :]
    digit = random.choice("0123456789")
    return random.choice((
        lambda: left + right,
        lambda: left + digit + c + right,
        lambda: left + c + c + right,
        lambda: left + digit + right,
        lambda: left + right[:1] + c + right[1:],
        lambda: with_strange(random, text),
        lambda: random.choice(PREFIXES) + text,
        lambda: text + random.choice(SUFFIXES),
        lambda: wide(text),
        lambda: punctuated(random, text),
        lambda: "+" + text,
        lambda: "00" + text,
    ))()  # fmt: skip


def announced(random, plan, national):
    """A national number after what may, or may not, be dialled before it."""
    fronts = (
        lambda: "",
        lambda: plan.trunk,
        lambda: "0",
        lambda: sample(random, plan.prefixes),
        lambda: "+" + plan.code,
        lambda: plan.code,
        lambda: "+" + plan.code + plan.trunk,
        lambda: plan.code + plan.trunk,
        lambda: "+" + plan.code + sample(random, plan.prefixes),
        lambda: plan.code + sample(random, plan.prefixes),
        lambda: "00" + plan.code,
        lambda: "00" + plan.code + plan.trunk,
        lambda: "011" + plan.code,
        lambda: sample(random, plan.exit) + plan.code,
        lambda: sample(random, plan.exit) + plan.code + sample(random, plan.prefixes),
        lambda: "+00" + plan.code,
        lambda: "00+" + plan.code,
        lambda: plan.code + plan.code,
    )
    return random.choice(fronts)() + national


def code_of(random, plan):
    """Mostly the country's own code, sometimes none, another one, or none that exists."""
    kind = random.random()
    if kind < 0.3:
        return None
    if kind < 0.85:
        return random.choice(CODE_FORMS).format(plan.code)
    if kind < 0.95:
        return random.choice(CODE_FORMS).format(random.choice(CODES))
    return random.choice(ODD_CODES)


ODD_CODES = (
    "", " ", "  ", "\u3000", "+", "+0", "0", "00", "000", "x", "-", "-86", "+8 6", "8 6", "++86",
    "+86+", "00086", "+086", "+0086", "+00", "1234", "+999", "999", "210", "+800", "+870", "+881",
    "+882", "+883", "+888", "+979", "86.", "86.0", "8６", "８６", "＋８６", "\u300086", "٨٦", "+86\n",
    "\t86", "\u200b86", "86\u202c", "\xa086", "CN", "cn", "+CN", "0x56", "null", "86,1", "86\0", "+1",
    "+1-684", "1684", "+44", "+7", "+39", "(86)", "+(86)", "1e2", "²", "+²", "8" * 40,
)  # fmt: skip
