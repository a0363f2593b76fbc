"""Numbers out of the numbering plans: samples of any pattern, and how a country dials itself."""

from functools import cache

try:
    from re import _constants as sre, _parser as parser
except ImportError:  # Python 3.10 and older
    import sre_constants as sre
    import sre_parse as parser

import phonenumbers
from phonenumbers import PhoneMetadata

TYPES = (
    "mobile",
    "fixed_line",
    "toll_free",
    "premium_rate",
    "shared_cost",
    "personal_number",
    "voip",
    "pager",
    "uan",
    "voicemail",
)
REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
NETWORKS = sorted(phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS)
CODES = sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)


class Plan:
    """The numbering plan of a country, or of a network that belongs to none."""

    def __init__(self, metadata):
        self.region = metadata.id
        self.code = str(metadata.country_code)
        self.exit = metadata.international_prefix or ""
        self.trunk = metadata.national_prefix or ""
        self.prefixes = metadata.national_prefix_for_parsing or ""
        self.patterns = {}
        self.examples = {}
        for kind in TYPES:
            desc = getattr(metadata, kind)
            if desc is not None and desc.national_number_pattern and desc.example_number:
                self.patterns[kind] = desc.national_number_pattern
                self.examples[kind] = desc.example_number

    def sample(self, random, kind):
        return sample(random, self.patterns[kind])

    def written(self, national, style):
        """A national number as the country writes it: with spaces, brackets and trunk prefix."""
        parsed = phonenumbers.parse(f"+{self.code}{national}")
        return phonenumbers.format_number(parsed, style)


def all_plans():
    countries = [PhoneMetadata.metadata_for_region(region) for region in REGIONS]
    networks = [PhoneMetadata.metadata_for_nongeo_region(code) for code in NETWORKS]
    return [Plan(metadata) for metadata in countries + networks]


def sample(random, pattern):
    """A text that the pattern matches as a whole."""
    return "".join(pieces(random, parsed(pattern)))


@cache
def parsed(pattern):
    return parser.parse(pattern)


def pieces(random, tree):
    for op, value in tree:
        if op is sre.LITERAL:
            yield chr(value)
        elif op is sre.IN:
            yield random.choice([c for item in value for c in members(item)])
        elif op is sre.BRANCH:
            yield from pieces(random, random.choice(value[1]))
        elif op is sre.SUBPATTERN:
            yield from pieces(random, value[-1])
        elif op is sre.MAX_REPEAT:
            least, most, body = value
            for _ in range(random.randint(least, most)):
                yield from pieces(random, body)
        elif op is not sre.AT:
            raise ValueError(f"no sample of {op}")


def members(item):
    op, value = item
    if op is sre.LITERAL:
        return chr(value)
    if op is sre.RANGE:
        return [chr(c) for c in range(value[0], value[1] + 1)]
    if op is sre.CATEGORY and value is sre.CATEGORY_DIGIT:
        return "0123456789"
    raise ValueError(f"no members of {op}")
