"""One SDK goes through the table of cases against a server of its own."""

from .application import Application
from .cases import CASES
from .client import Client
from .progress import say
from .server import Server
from .verdict import STOPS, judge, stops


class Trial:
    """What a case works with: the SDK, the phone that the messages arrive on, and an application's server."""

    def __init__(self, client, server):
        self._client = client
        self.outbox = server.outbox
        self.application = Application(server)

    def send_sms(self, channel, number, country_code=None, app_id="dev-app"):
        """The SDK's answer. Without a country code the SDK is given none."""
        fields = {"channel": channel, "phoneNumber": number}
        if country_code is not None:
            fields["phoneCountryCode"] = country_code
        return self._client.call("sendSms", fields, app_id)

    def pre_check_code(self, channel, number, code, **country):
        """The SDK's answer. `country` is phoneCountryCode as the SDK is given it, or nothing."""
        payload = {"channel": channel, "phone": number, "passCode": code, **country}
        return self._client.call("preCheckCode", {"codeType": "SMS", "smsCodePayload": payload}, "dev-app")

    def verify_code(self, channel, number, code):
        fields = {"channel": channel, "phoneNumber": number, "passCode": code}
        return self._client.call("verifyCode", fields, "dev-app")

    def get_country_list(self):
        return self._client.call("getCountryList", {}, "dev-app")

    def get_system_info(self):
        return self._client.call("getSystemInfo", {}, "dev-app")


def run(sdk, binary):
    """A verdict by case name, in the order of the table."""
    say(f"{sdk.name}: {len(CASES)} cases")
    with Server(binary, sdk.name) as server:
        with Client(sdk, server.url) as client:
            trial = Trial(client, server)
            verdicts = {name: judge(case, trial) for name, case in CASES}
        verdicts[STOPS] = judge(stops, server)
    return verdicts
