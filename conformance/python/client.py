"""Calls the official Python SDK for the driver: one JSON line in, one JSON line out.

The protocol is described in ../README.md.
"""

import json
import sys

# Standard output belongs to the protocol; whatever the SDK prints goes to standard error.
protocol, sys.stdout = sys.stdout, sys.stderr

from authing import AuthenticationClient  # noqa: E402 (after the line above on purpose)


def send_sms(client, request):
    return client.send_sms(
        channel=request["channel"],
        phone_number=request["phoneNumber"],
        phone_country_code=request.get("phoneCountryCode"),
    )


def pre_check_code(client, request):
    return client.pre_check_code(
        code_type=request["codeType"],
        sms_code_payload=request["smsCodePayload"],
    )


OPERATIONS = {
    "sendSms": send_sms,
    "preCheckCode": pre_check_code,
    "getCountryList": lambda client, _: client.get_country_list(),
    "getSystemInfo": lambda client, _: client.get_system_info(),
}


def answer(id, appId, appSecret, appHost, **request):
    (name, fields), = request.items()
    if name not in OPERATIONS:
        return {"id": id, "unsupported": f"no operation {name}"}
    try:
        client = AuthenticationClient(app_id=appId, app_secret=appSecret, app_host=appHost)
        return {"id": id, "answer": OPERATIONS[name](client, fields)}
    except Exception as error:
        return {"id": id, "error": f"{type(error).__name__}: {error}"}


for line in sys.stdin:
    print(json.dumps(answer(**json.loads(line))), file=protocol, flush=True)
