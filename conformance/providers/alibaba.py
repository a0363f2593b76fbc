"""Alibaba Cloud at the desk: signatures are recomputed by its SDK's own functions, of both generations."""

import hashlib
import json
import re
import uuid
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace

from alibabacloud_openapi_util.client import Client as OpenApiUtil
from alibabacloud_tea_openapi.utils import Utils as TeaOpenApi

from judge import Answer, Refused, Report
from vendor import Letter, Vendor

# The function is in both packages: the newer SDK uses the one, the elder the other.
SDKS = (TeaOpenApi, OpenApiUtil)
JUDGED_BY = "PyPI alibabacloud-tea-openapi 0.4.6 and alibabacloud-openapi-util 0.2.4"
KEY_ID, SECRET = "judge-access-key-id", "judge-access-key-secret"
SIGN, TEMPLATE = "阿里云", "SMS_154950909"
ALGORITHM = "ACS3-HMAC-SHA256"
SKEW = timedelta(minutes=15)
BEIJING = timezone(timedelta(hours=8))


class Desk:
    """The gateway, which both products stand behind."""

    judged_by = JUDGED_BY
    abroad = False
    template = ("--id", TEMPLATE, "--signature", SIGN, "--variable", "code={code}")

    def __init__(self, signature="v3"):
        self._signature = signature
        self._nonces = set()

    def settings(self, url):
        return Vendor(
            kind=self.kind,
            settings={"access_key_id": KEY_ID, "endpoint": url, "signature": self._signature},
            secrets={"access_key_secret": SECRET},
            wrong_secrets={"access_key_secret": "another secret"},
            refusals={
                "bad number": ("bad_number", self.bad_number),
                "throttled": ("throttled", "Throttling.User"),
                "bad credentials": ("config_error", "SignatureDoesNotMatch"),
            },
            template=self.template,
            abroad=self.abroad,
        )

    def examine(self, request):
        examine = {"v3": self._examine_v3, "v1": self._examine_v1}[self._signature]
        nonce, date = examine(request)
        written = datetime.strptime(date, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
        if abs(datetime.now(timezone.utc) - written) > SKEW:
            raise gateway("InvalidTimeStamp.Expired")
        if nonce in self._nonces:
            raise gateway("SignatureNonceUsed")
        self._nonces.add(nonce)

    def _examine_v3(self, request):
        headers, payload = request.headers, hashlib.sha256(request.body).hexdigest()
        named = re.fullmatch(r"\S+ Credential=([^,]*),SignedHeaders=([^,]*),Signature=\w+", headers["authorization"])
        if not named or named[1] != KEY_ID:
            raise gateway("InvalidAccessKeyId.NotFound")
        signed = set(named[2].split(";"))
        must = {"host"} | {name for name in headers if name.startswith("x-acs-")}
        if not must <= signed or headers.get("x-acs-content-sha256") != payload:
            raise gateway("IncompleteSignature")
        received = SimpleNamespace(
            method=request.method,
            pathname=request.path,
            query=request.pairs(request.query),
            headers={name: headers[name] for name in signed},
        )
        for sdk in SDKS:
            if sdk.get_authorization(received, ALGORITHM, payload, KEY_ID, SECRET) != headers["authorization"]:
                raise gateway("SignatureDoesNotMatch")
        return headers["x-acs-signature-nonce"], headers["x-acs-date"]

    def _examine_v1(self, request):
        params = self._params(request)
        signature = params.pop("Signature")
        if params["AccessKeyId"] != KEY_ID:
            raise gateway("InvalidAccessKeyId.NotFound")
        for sdk in SDKS:
            if sdk.get_rpcsignature(params, request.method, SECRET) != signature:
                raise gateway("SignatureDoesNotMatch")
        return params["SignatureNonce"], params["Timestamp"]

    def _params(self, request):
        return request.pairs(request.query or request.body.decode())

    def _asked(self, request):
        """The action, its version, and the parameters."""
        params, headers = self._params(request), request.headers
        if self._signature == "v3":
            return headers["x-acs-action"], headers["x-acs-version"], params
        return params["Action"], params["Version"], params

    def fault(self, name):
        if name == "throttled":
            return gateway("Throttling.User").answer
        return self.refusal(self.bad_number)


class Domestic(Desk):
    kind, bad_number = "alibaba-cloud", "isv.MOBILE_NUMBER_ILLEGAL"

    def read(self, request):
        action, version, params = self._asked(request)
        if (action, version) != ("SendSms", "2017-05-25"):
            raise gateway("InvalidAction.NotFound")
        if (params["SignName"], params["TemplateCode"]) != (SIGN, TEMPLATE):
            raise Refused(self.refusal("isv.SMS_TEMPLATE_ILLEGAL"))
        code = json.loads(params["TemplateParam"])["code"]
        return Letter("+86" + params["PhoneNumbers"], code, f"{uuid.uuid4().int % 10**18}^0", params["OutId"])

    def taken(self, letter):
        return Answer({"Code": "OK", "Message": "OK", "BizId": letter.id, "RequestId": request_id()})

    def refusal(self, code):
        return Answer({"Code": code, "Message": "see the code", "RequestId": request_id()})

    def report(self, letter):
        now = datetime.now(BEIJING).strftime("%Y-%m-%d %H:%M:%S")
        report = {
            "phone_number": letter.to[3:], "send_time": now, "report_time": now, "success": True,
            "err_code": "DELIVERED", "err_msg": "用户接收成功", "sms_size": "1",
            "biz_id": letter.id, "out_id": letter.reference,
        }  # fmt: skip
        return Report.of_json([report], wanted={"code": 0, "msg": "ok"})


class International(Desk):
    kind, bad_number = "alibaba-cloud-international", "MOBILE_NUMBER_ILLEGAL"

    def read(self, request):
        action, version, params = self._asked(request)
        if (action, version) != (self.action, "2018-05-01"):
            raise gateway("InvalidAction.NotFound")
        return Letter("+" + params["To"], self.code(params), str(uuid.uuid4().int % 10**18), params.get("TaskId"))

    def taken(self, letter):
        return Answer({
            "ResponseCode": "OK", "ResponseDescription": "OK", "MessageId": letter.id, "To": letter.to[1:],
            "Segments": "1", "RequestId": request_id(),
        })  # fmt: skip

    def refusal(self, code):
        return Answer({"ResponseCode": code, "ResponseDescription": "see the code", "RequestId": request_id()})

    def report(self, letter):
        now = datetime.now(BEIJING).strftime("%a, %d %b %Y %H:%M:%S +0800")
        report = {
            "To": letter.to[1:], "SendDate": now, "ReceiveDate": now, "Status": "1", "ErrorCode": "success",
            "ErrorDescription": "success", "TaskId": letter.reference, "SmsSize": "1", "MessageId": letter.id,
        }  # fmt: skip
        return Report.of_json([report], wanted={"code": 0, "msg": "ok"})


class Globe(International):
    """Text, to every country but mainland China."""

    action, template, abroad = "SendMessageToGlobe", (), True

    def code(self, params):
        if params["Type"] != "OTP":
            raise Refused(self.refusal("INVALID_TYPE"))
        return re.search(r"\b[0-9]{6}\b", params["Message"])[0]


class WithTemplate(International):
    """A template, to mainland China."""

    action = "SendMessageWithTemplate"

    def code(self, params):
        if (params["From"], params["TemplateCode"]) != (SIGN, TEMPLATE):
            raise Refused(self.refusal("SMS_TEMPLATE_ILLEGAL"))
        return json.loads(params["TemplateParam"])["code"]


def gateway(code):
    """A refusal by the gateway, before any product."""
    said = {"RequestId": request_id(), "HostId": "judge", "Code": code, "Message": "see the code"}
    return Refused(Answer(said, 400))


def request_id():
    return str(uuid.uuid4()).upper()
