"""Tokens that nobody should believe, each made from one that is good."""

import base64
import hashlib
import hmac
import json

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ANOTHER_NUMBER = "+8618800009999"


def forgeries(token, key, app_secret):
    """By name. `key` is the public key that verifies `token`."""
    head, body, signature = token.split(".")
    kid = {"kid": jwt.get_unverified_header(token)["kid"]}
    claims = {**_read(body), "phone_number": ANOTHER_NUMBER}
    longer = {**_read(body), "exp": _read(body)["exp"] + 3600}
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return {
        "another number": f"{head}.{_written(claims)}.{signature}",
        "a longer life": f"{head}.{_written(longer)}.{signature}",
        "another signature": f"{head}.{body}.{signature[::-1]}",
        "no signature": f"{head}.{body}.",
        "alg none": f"{_written({'alg': 'none', 'typ': 'JWT', **kid})}.{_written(claims)}.",
        "HS256 by the public key": _hs256(claims, kid, pem),
        "HS256 by the application's secret": _hs256(claims, kid, app_secret.encode()),
        "RS256 by a stranger's key": jwt.encode(claims, stranger, "RS256", headers=kid),
    }


def mixed(*tokens):
    """Of two good tokens with keys for different algorithms: each with the algorithm or the key of the other."""
    forgeries = {}
    for token, other in (tokens, tokens[::-1]):
        mine, others = jwt.get_unverified_header(token), jwt.get_unverified_header(other)
        _, rest = token.split(".", 1)
        for part in ("alg", "kid"):
            head = _written({**mine, part: others[part]})
            forgeries[f"{mine['alg']} with the {part} of {others['alg']}"] = f"{head}.{rest}"
        forgeries[f"{mine['alg']} under the head of {others['alg']}"] = f"{_written(others)}.{rest}"
    return forgeries


def _hs256(claims, kid, secret):
    # By hand: PyJWT declines to misuse a public key.
    signed = f"{_written({'alg': 'HS256', 'typ': 'JWT', **kid})}.{_written(claims)}"
    return f"{signed}.{_text(hmac.digest(secret, signed.encode(), hashlib.sha256))}"


def _read(part):
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def _written(claims):
    return _text(json.dumps(claims).encode())


def _text(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
