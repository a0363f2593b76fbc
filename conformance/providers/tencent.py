"""Tencent Cloud at the desk: signatures are recomputed by its SDK, canonical request and all."""

import json
import re
import time
import uuid
from datetime import datetime, timedelta, timezone

from tencentcloud.common.credential import Credential
from tencentcloud.common.http.request import RequestInternal
from tencentcloud.sms.v20210111.sms_client import SmsClient

from judge import Answer, Refused, Report
from vendor import Letter, Vendor

SECRET_ID, SECRET_KEY, APP = "judge-secret-id", "judge-secret-key", "1400000001"
SIGN, TEMPLATE = "腾讯云", "449740"
SKEW = 300
BEIJING = timezone(timedelta(hours=8))
BAD_NUMBER = "InvalidParameterValue.IncorrectPhoneNumber"


class Desk:
    judged_by = "PyPI tencentcloud-sdk-python-common 3.1.195 (sign_tc3)"

    def __init__(self):
        self._sdk = SmsClient(Credential(SECRET_ID, SECRET_KEY), "ap-guangzhou")

    def settings(self, url):
        return Vendor(
            kind="tencent-cloud",
            settings={"secret_id": SECRET_ID, "sdk_app_id": APP, "endpoint": url},
            secrets={"secret_key": SECRET_KEY},
            wrong_secrets={"secret_key": "another key"},
            refusals={
                "bad number": ("bad_number", BAD_NUMBER),
                "throttled": ("throttled", "RequestLimitExceeded"),
                "bad credentials": ("config_error", "AuthFailure.SignatureFailure"),
            },
            template=("--id", TEMPLATE, "--signature", SIGN, "--variable", "{code}", "--variable", "{minutes}"),
        )

    def examine(self, request):
        headers = request.headers
        given = re.fullmatch(
            r"TC3-HMAC-SHA256 Credential=([^/]+)/([0-9-]+)/sms/tc3_request, "
            r"SignedHeaders=content-type;host, Signature=([0-9a-f]{64})",
            headers["authorization"],
        )
        if not given or given[1] != SECRET_ID:
            raise Refused(error("AuthFailure.SecretIdNotFound"))
        seconds = headers["x-tc-timestamp"]
        if abs(time.time() - int(seconds)) > SKEW:
            raise Refused(error("AuthFailure.SignatureExpire"))
        date = datetime.fromtimestamp(int(seconds), timezone.utc).strftime("%Y-%m-%d")
        if date != given[2] or self._signature(request, seconds, date) != given[3]:
            raise Refused(error("AuthFailure.SignatureFailure"))

    def _signature(self, request, seconds, date):
        received = RequestInternal(method=request.method, uri=request.path, data=request.body)
        headers = request.headers
        received.header = {
            "Content-Type": headers["content-type"],
            "Host": headers["host"],
            "X-TC-Timestamp": seconds,
        }
        # Not meant for callers, but it is what the SDK itself signs by, and the version is pinned.
        return self._sdk._get_tc3_signature(None, received, date, "sms", SECRET_KEY)

    def read(self, request):
        headers, body = request.headers, json.loads(request.body)
        if (headers["x-tc-action"], headers["x-tc-version"]) != ("SendSms", "2021-01-11"):
            raise Refused(error("InvalidAction"))
        if (body["SmsSdkAppId"], body["SignName"], body["TemplateId"]) != (APP, SIGN, TEMPLATE):
            raise Refused(error("FailedOperation.TemplateIncorrectOrUnapproved"))
        (to,), (code, _) = body["PhoneNumberSet"], body["TemplateParamSet"]
        return Letter(to, code, f"5000:{uuid.uuid4().int % 10**28}", body["SessionContext"])

    def taken(self, letter):
        return status(letter, "Ok")

    def fault(self, name):
        if name == "throttled":
            return error("RequestLimitExceeded")
        return status(None, BAD_NUMBER)

    def report(self, letter):
        report = {
            "user_receive_time": datetime.now(BEIJING).strftime("%Y-%m-%d %H:%M:%S"), "nationcode": "86",
            "mobile": letter.to[3:], "report_status": "SUCCESS", "errmsg": "DELIVRD",
            "description": "用户短信送达成功", "sid": letter.id,
        }  # fmt: skip
        return Report.of_json([report], wanted={"result": 0, "errmsg": "OK"})


def error(code):
    return _answer({"Error": {"Code": code, "Message": "see the code"}})


def status(letter, code):
    """What became of the one number: a letter, or nothing."""
    said = {"SerialNo": "", "PhoneNumber": "", "Fee": 0, "SessionContext": "", "IsoCode": "CN"}
    if letter:
        said.update(SerialNo=letter.id, PhoneNumber=letter.to, Fee=1, SessionContext=letter.reference)
    return _answer({"SendStatusSet": [{**said, "Code": code, "Message": "see the code"}]})


def _answer(response):
    return Answer({"Response": {**response, "RequestId": str(uuid.uuid4())}})
