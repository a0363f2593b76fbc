"""Manages through the official Python SDK for the driver: one JSON line in, one JSON line out.

The protocol is described in ../README.md.
"""

import json
import sys

# Standard output belongs to the protocol; whatever the SDK prints goes to standard error.
protocol, sys.stdout = sys.stdout, sys.stderr

from authing import ManagementClient  # noqa: E402 (after the line above on purpose)
from authing.AuthingException import AuthingException  # noqa: E402


def create_application(client, request):
    return client.create_application(
        app_name=request["appName"],
        redirect_uris=request.get("redirectUris"),
        login_config=request.get("loginConfig"),
    )


OPERATIONS = {
    "listApplications": lambda client, request: client.list_applications(**request),
    "createApplication": create_application,
    "createAccessKey": lambda client, request: client.create_access_key(type=request["type"]),
    "deleteAccessKey": lambda client, request: client.delete_access_key(request["accessKeyId"]),
}


def answer(id, accessKeyId, accessKeySecret, host, **request):
    (name, fields), = request.items()
    try:
        client = ManagementClient(accessKeyId, accessKeySecret, host=host)
        return {"id": id, "answer": OPERATIONS[name](client, fields)}
    except AuthingException as error:
        refusal = {"statusCode": error.statusCode, "apiCode": error.apiCode, "message": error.message}
        return {"id": id, "answer": {"noToken": refusal}}
    except Exception as error:
        return {"id": id, "error": f"{type(error).__name__}: {error}"}


for line in sys.stdin:
    print(json.dumps(answer(**json.loads(line))), file=protocol, flush=True)
