"""A vendor of the kind `http` at the desk: signatures are checked by the library of Standard Webhooks."""

import base64
import json
import secrets
import uuid
from datetime import datetime, timezone

from standardwebhooks import Webhook, WebhookVerificationError

from judge import Answer, Refused, Report
from vendor import Letter, Vendor


def secret():
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


class Desk:
    """It has one secret, or two while they change, and wants a signature by each."""

    judged_by = "PyPI standardwebhooks 1.1.0"

    def __init__(self, *names):
        self._secrets = {name: secret() for name in names}

    def settings(self, url):
        return Vendor(
            kind="http",
            settings=described(f"{url}/send"),
            secrets=self._secrets,
            wrong_secrets={name: secret() for name in self._secrets},
            refusals=REFUSALS,
        )

    def examine(self, request):
        for key in self._secrets.values():
            try:
                Webhook(key).verify(request.body, request.headers)
            except WebhookVerificationError:
                raise Refused(answer(401, "unauthorized")) from None

    def read(self, request):
        body = json.loads(request.body)
        return Letter(body["to"], body["code"], f"v-{uuid.uuid4()}", body["id"])

    def taken(self, letter):
        return Answer({"id": letter.id}, 202)

    def fault(self, name):
        return answer(429, "throttled") if name == "throttled" else answer(422, "bad_number")

    def report(self, letter):
        report = {"providerMessageId": letter.id, "to": letter.to, "status": "delivered", "code": "DELIVRD"}
        newest = list(self._secrets.values())[-1]
        return Report.of_json(report, wanted={}, **signed(newest, json.dumps(report, ensure_ascii=False)))


# What is expected of a vendor that answers as this one does.
REFUSALS = {
    "bad number": ("bad_number", "bad_number"),
    "throttled": ("throttled", "throttled"),
    "bad credentials": ("config_error", "unauthorized"),
}


def described(url):
    """Settings for it."""
    return {
        "url": url,
        "format": "json",
        "body": '{"to": "{to}", "text": "{text}", "code": "{code}", "id": "{message_id}"}',
        "success": {"statuses": [202]},
        "message_id": "/id",
        "error_code": "/error",
        "errors": {"bad_number": "bad_number", "throttled": "throttled", "unauthorized": "config_error"},
        "signature": "standard-webhooks",
    }


def signed(key, text):
    """The headers of a webhook, by the library."""
    name, now = f"msg_{uuid.uuid4().hex}", datetime.now(timezone.utc)
    return {
        "webhook_id": name,
        "webhook_timestamp": str(int(now.timestamp())),
        "webhook_signature": Webhook(key).sign(name, now, text),
    }


def answer(status, code):
    return Answer({"error": code, "message": "see the code"}, status)
