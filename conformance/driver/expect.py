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


def passcode(messages):
    """The code of the one message."""
    if len(messages) != 1:
        raise Mismatch("one message", _shown(messages))
    _is_sound(messages[0], messages[0].get("to"))
    return messages[0]["passCode"]


def pre_checked(answer, valid, about=""):
    """The answer to a pre-check: this isValid; a message where it is false, and only there."""
    answered(answer, 200, about=about)
    data = answer.get("data")
    data = data if isinstance(data, dict) else {}
    message = data.get("message")
    if data.get("isValid") is not valid or (message is not None if valid else not _is_text(message)):
        expected = f"isValid {valid}, {'no' if valid else 'a'} message"
        raise Mismatch(f"{about}: {expected}" if about else expected, _shown(answer))


def verified(answer):
    """The answer to the check of a right code: a token that is good for five minutes."""
    answered(answer, 200)
    data = answer.get("data")
    token = data.pop("verificationToken", None) if isinstance(data, dict) else None
    if data != {"isValid": True, "tokenExpiresIn": 300} or not _is_text(token):
        raise Mismatch("isValid true, a token for 300 s, and no more", _shown(answer))
    return token


def not_verified(answer, **why):
    """The answer to the check of a code that does not pass, with exactly this said about it."""
    answered(answer, 200)
    wanted = {"isValid": False, **why}
    if answer.get("data") != wanted:
        raise Mismatch(_shown(wanted), _shown(answer))


def countries(listed, at_least):
    """A list of this many countries or more, each once."""
    if not isinstance(listed, list) or len(listed) < at_least:
        raise Mismatch(f"a list of {at_least} countries or more", _shown(listed))
    letters = [country.get("alpha2") for country in listed]
    if len(set(letters)) != len(letters):
        raise Mismatch("no country twice", _shown(letters))


def country(listed, alpha2, alpha3, code, flag, names):
    """This country is listed, with these names wherever the SDK hands names to its caller."""
    found = [country for country in listed if country.get("alpha2") == alpha2]
    wanted = {"alpha2": alpha2, "alpha3": alpha3, "phoneCountryCode": code, "flag": flag}
    tags = ("zh-CN", "en-US", "zh-TW", "ja-JP")
    named = {tag: {"enabled": True, "value": name} for tag, name in zip(tags, names)}
    # The Java SDK misspells the four tags and hands over an empty object.
    if found not in ([{**wanted, "name": named}], [{**wanted, "name": {}}]):
        raise Mismatch(_shown({**wanted, "name": named}), _shown(found))


def system(answer):
    """The whole of what `system` answers, and nothing of an envelope."""
    version = answer.get("version") if isinstance(answer, dict) else None
    server = version.get("server") if isinstance(version, dict) else None
    wanted = {
        "rsa": {"publicKey": ""},
        "sm2": {"publicKey": ""},
        "version": {"server": server, "console": "", "login": ""},
        "publicIps": [],
    }
    if answer != wanted or not _is_text(server):
        raise Mismatch("two empty keys, a version of the server, no addresses", _shown(answer))


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
