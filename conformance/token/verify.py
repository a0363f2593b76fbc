"""Started by `run`, in the environment that has PyJWT."""

import argparse
import os
import sys
from pathlib import Path

import jwt

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from driver import report  # noqa: E402
from driver.application import APP_ID, APP_SECRET, Application  # noqa: E402
from driver.expect import Mismatch, answered  # noqa: E402
from driver.server import Server  # noqa: E402
from driver.verdict import STOPS, judge, stops  # noqa: E402
from forge import forgeries, mixed  # noqa: E402

LOGIN, REGISTER = "CHANNEL_LOGIN", "CHANNEL_REGISTER"
KEYS = "oidc/.well-known/jwks.json"
KEYS_OF_APPLICATION = f"{APP_ID}/{KEYS}"
CLAIMS = ["iss", "aud", "sub", "phone_number", "phone_number_verified", "channel", "iat", "exp", "jti"]


class Reader:
    """A program that trusts a server, and the application that tokens are made for."""

    def __init__(self, server):
        self.server = server
        self.application = Application(server)

    def keys(self, path=KEYS):
        """Asked for anew."""
        return jwt.PyJWKClient(f"{self.server.url}/{path}")

    def read(self, token, path=KEYS, algorithm="RS256"):
        """The claims, as PyJWT reads and believes them."""
        return jwt.decode(
            token,
            self.keys(path).get_signing_key_from_jwt(token),
            algorithms=[algorithm],
            audience=APP_ID,
            issuer=f"{self.server.url}/oidc",
            options={"require": CLAIMS},
        )


def both_addresses(reader):
    token = reader.application.token(LOGIN, "18800008910")
    same("the claims", reader.read(token, f"{APP_ID}/{KEYS}"), reader.read(token))


def what_it_says(reader):
    claims = reader.read(reader.application.token(REGISTER, "18800008911"))
    same("the names of the claims", sorted(claims), sorted(CLAIMS))
    same("phone_number", claims["phone_number"], "+8618800008911")
    same("phone_number_verified", claims["phone_number_verified"], True)
    same("channel", claims["channel"], REGISTER)
    same("exp - iat", claims["exp"] - claims["iat"], 300)


def pseudonym(reader):
    token = reader.application.token
    first, second = (reader.read(token(channel, "18800008912")) for channel in (LOGIN, REGISTER))
    other = reader.read(token(LOGIN, "18800008913"))
    same("sub", second["sub"], first["sub"])
    differ("sub of two numbers", first["sub"], other["sub"])
    differ("jti of two tokens", first["jti"], second["jti"])
    if "8912" in first["sub"]:
        raise Mismatch("a sub without the number", first["sub"])


def active_once(reader):
    token = reader.application.token(LOGIN, "18800008914")
    introspect = reader.application.introspect
    same("the first answer", introspect(token), {"active": True, **reader.read(token)})
    same("the second answer", introspect(token), {"active": False})
    reader.read(token)  # the signature stays good


def forged(reader):
    token = reader.application.token(LOGIN, "18800008915")
    key = reader.keys().get_signing_key_from_jwt(token).key
    for name, forgery in forgeries(token, key, APP_SECRET).items():
        same(name, reader.application.introspect(forgery), {"active": False})
        try:
            reader.read(forgery)
        except jwt.InvalidTokenError:
            continue
        raise Mismatch(f"{name}: refused by PyJWT", "claims")
    same("the good one, after all", reader.application.introspect(token)["active"], True)


def rotation(reader):
    before = reader.application.token(LOGIN, "18800008916")
    signer = jwt.get_unverified_header(before)["kid"]
    made = reader.server.manage("rotate-signing-key", {})
    answered(made, 200)
    published = [key.key_id for key in reader.keys().get_signing_keys()]
    same("the keys, the signer first", published, [signer, made["data"]["kid"]])
    after = reader.application.token(LOGIN, "18800008917")
    same("the kid of a new token", jwt.get_unverified_header(after)["kid"], signer)
    for token in (before, after):
        reader.read(token)
        same("active", reader.application.introspect(token)["active"], True)


def on_the_curve(reader):
    before = reader.application.token(LOGIN, "18800008918")
    choose(reader, "ES256")
    token = reader.application.token(LOGIN, "18800008919")
    same("alg", jwt.get_unverified_header(token)["alg"], "ES256")
    claims = reader.read(token, KEYS_OF_APPLICATION, "ES256")
    same("phone_number", claims["phone_number"], "+8618800008919")
    same("the claims by introspection", reader.application.introspect(token), {"active": True, **claims})
    reader.read(before)
    reader.read(before, KEYS_OF_APPLICATION)
    shared = [key.key_type for key in reader.keys().get_signing_keys()]
    same("the keys at the shared address", set(shared), {"RSA"})
    own = [key.key_type for key in reader.keys(KEYS_OF_APPLICATION).get_signing_keys()]
    same("the keys of the application", own, shared + ["EC"] * len(shared))
    choose(reader, "RS256")
    reader.read(reader.application.token(LOGIN, "18800008920"))
    reader.read(token, KEYS_OF_APPLICATION, "ES256")


def mixed_up(reader):
    rsa = reader.application.token(LOGIN, "18800008921")
    choose(reader, "ES256")
    curve = reader.application.token(LOGIN, "18800008922")
    choose(reader, "RS256")
    for name, forgery in mixed(rsa, curve).items():
        same(name, reader.application.introspect(forgery), {"active": False})
        for algorithm in ("RS256", "ES256"):
            try:
                reader.read(forgery, KEYS_OF_APPLICATION, algorithm)
            except jwt.InvalidTokenError:
                continue
            raise Mismatch(f"{name}: refused by PyJWT", "claims")
    for token in (rsa, curve):
        same("the good one, after all", reader.application.introspect(token)["active"], True)


def choose(reader, algorithm):
    change = {"appId": APP_ID, "tokenAlgorithm": algorithm}
    answered(reader.server.manage("update-application", change), 200)


def same(what, got, wanted):
    if got != wanted:
        raise Mismatch(f"{what}: {wanted}", got)


def differ(what, one, other):
    if one == other:
        raise Mismatch(f"{what} differ", one)


CASES = (
    ("the keys at both addresses verify a token", both_addresses),
    ("the claims are those of docs/api.md, for 300 s", what_it_says),
    ("sub is one per number, and does not show it", pseudonym),
    ("introspection says active once, with the same claims", active_once),
    ("what is tampered with or forged is refused", forged),
    ("ES256 is for the application that chooses it", on_the_curve),
    ("no key verifies another algorithm than its own", mixed_up),
    ("a rotated key does not sign yet, and old tokens stay good", rotation),
)


def main():
    parser = argparse.ArgumentParser(prog="conformance/token/run", description=__doc__)
    parser.add_argument("--binary", required=True, type=Path, help="the countersign executable")
    binary = parser.parse_args().binary.resolve()
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"
    with Server(binary, "token") as server:
        verdicts = {name: judge(case, Reader(server)) for name, case in CASES}
        verdicts[STOPS] = judge(stops, server)
    sys.exit(1 if report.print_all({"pyjwt": verdicts}) else 0)


if __name__ == "__main__":
    main()
