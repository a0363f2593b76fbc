"""What an answer or an outbox must look like. Everything here raises Mismatch."""

import json
import re
import uuid


class Mismatch(Exception):
    def __init__(self, expected, got):
        super().__init__(f"expected {expected}, got {got}")
        self.expected = expected
        self.got = got


def answered(answer, status, api_code=None, about=""):
    """The V3 envelope: this statusCode, this apiCode (None: no such key), a message, a requestId."""
    good = (
        isinstance(answer, dict)
        and _is_integer(answer.get("statusCode"), status)
        and (_is_integer(answer.get("apiCode"), api_code) if api_code else "apiCode" not in answer)
        and _is_text(answer.get("message"))
        and _is_uuid(answer.get("requestId"))
    )
    if not good:
        code = f"apiCode {api_code}" if api_code else "no apiCode"
        expected = f"statusCode {status}, {code}, a message, a uuid as requestId"
        raise Mismatch(f"{about}: {expected}" if about else expected, _shown(answer))


def delivered(messages, to, channels):
    """Exactly one sound message to this number for each of these channels, and no other."""
    if sorted(message.get("channel") for message in messages) != sorted(channels):
        wanted = ", ".join(channels) or "none"
        raise Mismatch(f"messages to {to}: {wanted}", _shown(messages))
    for message in messages:
        _is_sound(message, to)


def delivered_once(messages, to, channel):
    """Exactly one sound message of this channel, whatever else is there."""
    delivered([message for message in messages if message.get("channel") == channel], to, [channel])


def _is_sound(message, to):
    code, text = message.get("passCode"), message.get("text")
    good = (
        message.get("to") == to
        and _is_text(code)
        and re.fullmatch("[0-9]{6}", code)
        and _is_text(text)
        and code in text
    )
    if not good:
        raise Mismatch(f"to {to}, a passCode of six digits, a text that holds it", _shown(message))


def _is_integer(value, wanted):
    return type(value) is int and value == wanted


def _is_text(value):
    return isinstance(value, str) and value != ""


def _is_uuid(value):
    try:
        return str(uuid.UUID(value)) == value.lower()
    except (AttributeError, TypeError, ValueError):
        return False


def _shown(value):
    return json.dumps(value, ensure_ascii=False)
