"""The six cells of a row in which Countersign asks a vendor.

A counterpart is whoever plays the vendor: `judge.Judge` or `sandbox.Sandbox`. It has

- `vendor`: how Countersign is set up for it, and what is expected (`vendor.Vendor`);
- `faces(tenant)`: it hears where reports go;
- `script(fault, number)`: the next message, to this number, is met by that fault;
- `letter(number)`: the last message that arrived for it; `calls(number)`: how many
  requests did, or more: it is the difference that counts;
- `report(letter, tenant)`: the report on the message is made, and its answer is what the vendor asks for.
"""

import time

from driver.expect import Mismatch, answered
from service import Tenant, until

ANSWER_SECONDS = 10
REFUSED, TOO_SOON = 602, 429
CELLS = ("accepted", "bad number", "throttled", "bad credentials", "stall", "receipt")


class Row:
    def __init__(self, service, name, nth, counterpart):
        self.counterpart, self.vendor = counterpart, counterpart.vendor
        self._nth = nth
        self.tenant = Tenant(service, name, self.vendor)
        counterpart.faces(self.tenant)

    def cell(self, name):
        """The case of that name."""
        return getattr(self, name.replace(" ", "_"))

    def number(self, nth):
        """A number that no other row and no other cell has."""
        abroad, home = f"+1213{self._nth:03d}{nth:04d}", f"+86188{self._nth:04d}{nth:04d}"
        return abroad if self.vendor.abroad else home

    def accepted(self):
        letter, message = self._sent(self.number(1))
        same("its id on the timeline", last(message)["providerMessageId"], letter.id)
        if not self.tenant.is_right(letter.to, letter.code):
            raise Mismatch("the code that the counterpart read to pass verify-code", "isValid false")

    def receipt(self):
        letter, message = self._sent(self.number(2))
        self.counterpart.report(letter, self.tenant)
        delivery = lambda: self.tenant.message(message["requestId"]).get("delivery")  # noqa: E731
        same("delivery", until(delivery, "a receipt on the timeline"), "delivered")

    def bad_number(self):
        self._refused("bad number", self.number(3))

    def throttled(self):
        self._refused("throttled", self.number(4))

    def bad_credentials(self):
        number = self.number(5)
        self.tenant.use(self.vendor.wrong_secrets)
        try:
            self._not_sent("bad credentials", number)
        finally:
            self.tenant.use(self.vendor.secrets)
        self._sent(number)

    def stall(self):
        number = self.number(6)
        self.counterpart.script("stall", number)
        before = self.counterpart.calls(number)
        started = time.monotonic()
        answer = self.tenant.send(number)
        if time.monotonic() - started > ANSWER_SECONDS:
            raise Mismatch(f"an answer within {ANSWER_SECONDS} s", "a later one")
        answered(answer, 200)
        message = self.tenant.message(answer["requestId"])
        same("outcome", last(message)["outcome"], "unknown")
        same("gaveBack", message["gaveBack"], False)
        answered(self.tenant.send(number), TOO_SOON, about="the minute is kept")
        same("requests to the vendor", self.counterpart.calls(number) - before, 1)

    def _sent(self, number):
        answer = self.tenant.send(number)
        answered(answer, 200)
        message = self.tenant.message(answer["requestId"])
        same("outcome", last(message)["outcome"], "accepted")
        letter = until(lambda: self.counterpart.letter(number), "the message at the counterpart")
        return letter, message

    def _refused(self, cell, number):
        self.counterpart.script(cell, number)
        self._not_sent(cell, number)
        self._sent(number)

    def _not_sent(self, cell, number):
        """The vendor is asked once and refuses; the next send of the same number is not too soon."""
        before = self.counterpart.calls(number)
        answer = self.tenant.send(number)
        answered(answer, REFUSED)
        message = self.tenant.message(answer["requestId"])
        attempt = last(message)
        # The vendor's sentence, if it says one, follows its code.
        code, _, _ = attempt.get("detail", "").partition(": ")
        got = (attempt["outcome"], code or None)
        same("outcome and the vendor's code", got, self.vendor.refusals[cell])
        same("gaveBack", message["gaveBack"], True)
        same("requests to the vendor", self.counterpart.calls(number) - before, 1)


def last(message):
    """The one attempt of a message."""
    same("attempts", len(message["attempts"]), 1)
    return message["attempts"][0]


def same(what, got, wanted):
    if got != wanted:
        raise Mismatch(f"{what}: {wanted}", got)
