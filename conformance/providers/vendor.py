"""A vendor as Countersign is set up for it."""

from dataclasses import dataclass, field


@dataclass
class Vendor:
    kind: str
    settings: dict
    secrets: dict
    wrong_secrets: dict
    refusals: dict  # what a timeline says, by cell: the outcome and the vendor's code
    template: tuple = ()  # how `countersign template set` names it, where the vendor fills one
    abroad: bool = False  # whether the numbers are of the United States, or else of mainland China


@dataclass
class Letter:
    """A message as it arrived."""

    to: str  # E.164
    code: str = field(repr=False)
    id: str  # the vendor's
    reference: str = None  # Countersign's
