"""The six cells of a row in which a vendor's own SDK asks our sandbox.

What it is answered is read by the SDK's own models, and refusals come as its own exceptions.
"""

import json
from datetime import datetime, timedelta, timezone

from alibabacloud_dysmsapi20170525 import models as domestic
from alibabacloud_dysmsapi20170525.client import Client as DomesticClient
from alibabacloud_dysmsapi20180501 import models as international
from alibabacloud_dysmsapi20180501.client import Client as InternationalClient
from alibabacloud_tea_openapi.models import Config
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.sms.v20210111 import models as tencent
from tencentcloud.sms.v20210111.sms_client import SmsClient
from Tea.exceptions import TeaException

import accounts
from driver.client import Unsupported
from driver.expect import Mismatch
from ours import same
from service import until

CODE = "135790"
PATIENCE_SECONDS = 1
BEIJING = timezone(timedelta(hours=8))


class Refused(Exception):
    """The SDK told of a refusal: the name of its exception, or of its model, and the code in it."""

    def __init__(self, by, code=None):
        super().__init__(f"{by} {code}" if code else by)


class Asking:
    """A subclass has `client(secret)`, and `send(client, number)`, which gives the vendor's id or raises `Refused`.

    `tells` is how the SDK tells of each cell's refusal, `query` what it asks by where it has no part in reports.
    """

    numbers = [f"+861881900000{nth}" for nth in range(5)]
    bad = "+861881900"
    wrong_secret = "another secret"

    def __init__(self, sandbox):
        self.sandbox = sandbox
        self._client = self.client(self.secret)

    def accepted(self):
        self._arrives(self.send, self.numbers[0])

    def bad_number(self):
        self._refused("bad number", self._client, self.bad)

    def throttled(self):
        self.sandbox.fault("throttled")
        self._refused("throttled", self._client, self.numbers[1])

    def bad_credentials(self):
        self._refused("bad credentials", self.client(self.wrong_secret), self.numbers[2])
        same("messages taken", len(self.sandbox.messages(self.numbers[2])), 0)

    def stall(self):
        number = self.numbers[3]
        self.sandbox.fault("stall")
        self._refused("stall", self._client, number)
        until(lambda: self.sandbox.messages(number), "the message, although nobody was told")

    def receipt(self):
        raise Unsupported(f"the SDK has no part in reports, and asks by {self.query}, which the sandbox does not serve")

    def _arrives(self, send, number):
        message_id = send(self._client, number)
        (message,) = self.sandbox.messages(number)
        same("the vendor's id", message_id, message["id"])
        if message["code"] != CODE:
            raise Mismatch("the code that was sent, at the sandbox", "another")
        return message

    def _refused(self, cell, client, number):
        try:
            self.send(client, number)
        except Refused as refused:
            same("what the SDK tells", str(refused), self.tells[cell])
            return
        raise Mismatch(f"a refusal: {self.tells[cell]}", "it was taken")


class Alibaba(Asking):
    secret = accounts.ALIBABA_SECRET

    def client(self, secret):
        config = Config(
            access_key_id=accounts.ALIBABA_KEY_ID, access_key_secret=secret, protocol="HTTP",
            endpoint=self.sandbox.address, read_timeout=PATIENCE_SECONDS * 1000,
        )  # fmt: skip
        return self.sdk(config)

    def called(self, call, request):
        """The body of the answer."""
        try:
            return call(request).body
        except TeaException as error:
            raise Refused(type(error).__name__, error.code) from error

    def template(self):
        return {
            "template_code": accounts.ALIBABA_TEMPLATE,
            "template_param": json.dumps({"code": CODE}),
        }


class AlibabaDomestic(Alibaba):
    name, kind, sdk = "alibaba-cloud", "alibaba-cloud", DomesticClient
    judged_by = "PyPI alibabacloud-dysmsapi20170525 4.6.0"
    tells = {
        "bad number": "SendSmsResponseBody isv.MOBILE_NUMBER_ILLEGAL",
        "throttled": "ThrottlingException Throttling.User",
        "bad credentials": "ClientException SignatureDoesNotMatch",
        "stall": "UnretryableException",
    }

    def send(self, client, number):
        sign = accounts.ALIBABA_SIGN
        request = domestic.SendSmsRequest(phone_numbers=number, sign_name=sign, **self.template())
        body = self.called(client.send_sms, request)
        if body.code != "OK":
            raise Refused(type(body).__name__, body.code)
        return body.biz_id

    def receipt(self):
        """The SDK's part in them is to ask."""
        number = self.numbers[4]
        message = self._arrives(self.send, number)
        at = datetime.strptime(message["at"][:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
        today = at.astimezone(BEIJING)
        request = domestic.QuerySendDetailsRequest(
            phone_number=number, biz_id=message["id"], send_date=today.strftime("%Y%m%d"), page_size=10, current_page=1
        )
        body = self.called(self._client.query_send_details, request)
        (detail,) = body.sms_send_detail_dtos.sms_send_detail_dto
        same("SendStatus and ErrCode", (detail.send_status, detail.err_code), (3, "DELIVERED"))


class AlibabaInternational(Alibaba):
    name, kind, sdk = "alibaba-cloud-international", "alibaba-cloud-international", InternationalClient
    judged_by = "PyPI alibabacloud-dysmsapi20180501 1.0.10"
    numbers = [f"1213200000{nth}" for nth in range(4)]
    home, query = "8618819000005", "QueryMessage"
    bad = "12132000"
    tells = {
        "bad number": "SendMessageToGlobeResponseBody MOBILE_NUMBER_ILLEGAL",
        "throttled": "ThrottlingException Throttling.User",
        "bad credentials": "ClientException SignatureDoesNotMatch",
        "stall": "UnretryableException",
    }

    def send(self, client, number):
        request = international.SendMessageToGlobeRequest(to=number, message=f"Your code is {CODE}.", type="OTP")
        return self._taken(self.called(client.send_message_to_globe, request))

    def send_by_template(self, client, number):
        sign = accounts.ALIBABA_SIGN
        request = international.SendMessageWithTemplateRequest(to=number, from_=sign, **self.template())
        return self._taken(self.called(client.send_message_with_template, request))

    def accepted(self):
        super().accepted()
        self._arrives(self.send_by_template, self.home)

    def _taken(self, body):
        if body.response_code != "OK":
            raise Refused(type(body).__name__, body.response_code)
        return body.message_id


class Tencent(Asking):
    name = kind = "tencent-cloud"
    judged_by = "PyPI tencentcloud-sdk-python-sms 3.1.153"
    secret, query = accounts.TENCENT_KEY, "PullSmsSendStatus"
    tells = {
        "bad number": "SendStatus InvalidParameterValue.IncorrectPhoneNumber",
        "throttled": "TencentCloudSDKException RequestLimitExceeded",
        "bad credentials": "TencentCloudSDKException AuthFailure.SignatureFailure",
        "stall": "TencentCloudSDKException ClientNetworkError",
    }

    def client(self, secret):
        http = HttpProfile(protocol="http", endpoint=self.sandbox.address, reqTimeout=PATIENCE_SECONDS)
        credential = Credential(accounts.TENCENT_ID, secret)
        return SmsClient(credential, "ap-guangzhou", ClientProfile(httpProfile=http))

    def send(self, client, number):
        request = tencent.SendSmsRequest()
        request.PhoneNumberSet, request.SmsSdkAppId = [number], accounts.TENCENT_APP
        request.SignName, request.TemplateId = accounts.TENCENT_SIGN, accounts.TENCENT_TEMPLATE
        request.TemplateParamSet = [CODE, "5"]
        try:
            (status,) = client.SendSms(request).SendStatusSet
        except TencentCloudSDKException as error:
            raise Refused(type(error).__name__, error.code) from error
        if status.Code != "Ok":
            raise Refused(type(status).__name__, status.Code)
        return status.SerialNo
