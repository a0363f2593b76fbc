"""What a ManagementClient does, and what must come of it."""

import json

from driver.client import Unsupported
from driver.expect import Mismatch, answered

DEV = ("dev-access-key", "dev-access-key-secret")


class Operator:
    """A program of the operator's, on one SDK, watched on the wire."""

    def __init__(self, client, recorder, signs):
        self._client = client
        self._recorder = recorder
        self.signs = signs  # else it shows a token

    def call(self, operation, fields, key=DEV):
        """What the SDK handed to its caller."""
        known = {"accessKeyId": key[0], "accessKeySecret": key[1], "host": self._recorder.url}
        return self._client.ask({**known, operation: fields})

    def last_request(self):
        return self._recorder.requests[-1]

    def send(self, request):
        """The server's answer to a request that the SDK did not send."""
        return json.loads(self._recorder.send(request)[1])

    def refuses(self, key):
        """The SDK's caller hears that this key does not pass."""
        answer = self.call("listApplications", {}, key)
        if self.signs:
            answered(answer, 401, 1300)
        elif (answer.get("noToken") or {}).get("statusCode") != 401:
            raise Mismatch("no token: statusCode 401", answer)


def authenticates(operator):
    answer = operator.call("listApplications", {})
    answered(answer, 200)
    if [app["appId"] for app in answer["data"]] != ["dev-app"]:
        raise Mismatch("dev-app alone", answer)
    wanted = "authing" if operator.signs else "Bearer"
    if operator.last_request().authorization != wanted:
        raise Mismatch(f"authorization: {wanted}", operator.last_request().headers)


def asks_for_anything(operator):
    for keywords in ("商店", "a b+c&d=e?f/g%h#ü\"'()*~!", " ", "[]", "😀"):
        answered(operator.call("listApplications", {"keywords": keywords}), 200, about=keywords)


def sends_anything(operator):
    answer = operator.call("createApplication", {
        "appName": "商店",
        "redirectUris": ["https://shop.example/回调", "a\\b\"c\n\t\u2028/", ""],
        "loginConfig": {"z": 1.50, "a": [None, True, {"é": 1e21, "b": []}], "": 0.1, "😀": -7},
    })  # fmt: skip
    answered(answer, 200)
    if answer["data"]["appName"] != "商店":
        raise Mismatch("an application 商店", answer)


def wrong_keys(operator):
    operator.refuses((DEV[0], "wrong"))
    operator.refuses(("nobody", DEV[1]))


def makes_keys(operator):
    made = operator.call("createAccessKey", {"type": "userpool"})
    answered(made, 200)
    key = (made["data"]["accessKeyId"], made["data"]["accessKeySecret"])
    answered(operator.call("listApplications", {}, key), 200)
    request = operator.last_request()
    answered(operator.call("deleteAccessKey", {"accessKeyId": key[0]}), 200)
    operator.refuses(key)
    if not operator.signs:
        answered(operator.send(request), 401, about="the token of a deleted key")
        answered(operator.send(request.with_header("authorization", "")), 401)


def replays(operator):
    if not operator.signs:
        raise Unsupported("a token is shown with every call")
    for operation, fields in (("listApplications", {}), ("createApplication", {"appName": "Shop"})):
        answered(operator.call(operation, fields), 200)
        answered(operator.send(operator.last_request()), 401, 1306)


def tampering(operator):
    if not operator.signs:
        raise Unsupported("a token covers no body")
    operator.call("createApplication", {"appName": "Bakery", "loginConfig": {"a": 1, "b": 2}})
    created = operator.last_request()
    operator.call("listApplications", {"keywords": "x"})
    listed = operator.last_request()
    for what, request in {
        "another name": created.with_body("Bakery", "Brewery"),
        "another order inside": created.with_body('{"a":1,"b":2}', '{"b":2,"a":1}'),
        "one member more": created.with_body("{", '{"appId":"mine",'),
        "another path": created.with_target("create-application", "create-access-key"),
        "another query": listed.with_target("limit=10", "limit=11"),
        "another nonce": listed.with_header("x-authing-signature-nonce", "0" * 32),
        "another language": listed.with_header("x-authing-lang", "en-US"),
    }.items():
        answered(operator.send(request), 401, 1300, what)
    late = listed.with_header("date", "Sun, 06 Nov 1994 08:49:37 GMT")
    answered(operator.send(late), 401, 1300, "another time")
    unclear = listed.with_header("date", "soon")
    answered(operator.send(unclear), 401, 1303, "no time")


def raw_tokens(operator):
    if operator.signs:
        raise Unsupported("it shows no token")
    answered(operator.call("listApplications", {}), 200)
    request = operator.last_request()
    shown = dict((name.lower(), value) for name, value in request.headers)["authorization"]
    token = shown.split(" ")[1]
    answered(operator.send(request.with_header("authorization", token)), 200, about="as Java shows it")
    answered(operator.send(request.with_header("authorization", f"Bearer {token[:-4]}")), 401)
    answered(operator.send(request.with_header("authorization", "Bearer ")), 401)


CASES = (
    ("lists applications", authenticates),
    ("asks with any text in the query", asks_for_anything),
    ("sends any JSON in the body", sends_anything),
    ("is refused with a wrong or unknown key", wrong_keys),
    ("makes a key that manages until it is deleted", makes_keys),
    ("what it sent does not pass a second time", replays),
    ("what it sent does not pass once changed", tampering),
    ("its token passes without Bearer, and only whole", raw_tokens),
)
