"""The accounts of the sandbox's vendors, and how Countersign is set up for each."""

from vendor import Vendor
from webhooks import REFUSALS, described, secret

# What everyone knows: crates/sandbox/src/accounts.rs.
ALIBABA_KEY_ID, ALIBABA_SECRET = "sandbox-access-key-id", "sandbox-access-key-secret-0001"
ALIBABA_SIGN, ALIBABA_TEMPLATE = "阿里云", "SMS_154950909"
TENCENT_ID, TENCENT_KEY = "sandbox-secret-id", "sandbox-secret-key-0001"
TENCENT_APP, TENCENT_SIGN, TENCENT_TEMPLATE = "1400000000", "腾讯云", "449740"
CHUANGLAN_HOME, CHUANGLAN_ABROAD, RECEIVER = "YZM0000001", "I0000001", "sandbox-receiver"
CHUANGLAN = {"password": "sandbox-password-0001", "receipts_password": "sandbox-receiver-password"}
WEBHOOK_SECRET = "whsec_c2FuZGJveC13ZWJob29rLXNpZ25pbmcta2V5LTAwMDE="


def refusals(bad_number, throttled, bad_credentials):
    """By the vendor's codes, where each cell has the outcome that is its name."""
    return {
        "bad number": ("bad_number", bad_number),
        "throttled": ("throttled", throttled),
        "bad credentials": ("config_error", bad_credentials),
    }


def alibaba_cloud(url):
    return Vendor(
        kind="alibaba-cloud",
        settings={"access_key_id": ALIBABA_KEY_ID, "endpoint": url},
        secrets={"access_key_secret": ALIBABA_SECRET},
        wrong_secrets={"access_key_secret": "another secret"},
        refusals=refusals("isv.MOBILE_NUMBER_ILLEGAL", "Throttling.User", "SignatureDoesNotMatch"),
        template=("--id", ALIBABA_TEMPLATE, "--signature", ALIBABA_SIGN, "--variable", "code={code}"),
    )


def alibaba_cloud_international(url):
    return Vendor(
        kind="alibaba-cloud-international",
        settings={"access_key_id": ALIBABA_KEY_ID, "endpoint": url},
        secrets={"access_key_secret": ALIBABA_SECRET},
        wrong_secrets={"access_key_secret": "another secret"},
        refusals=refusals("MOBILE_NUMBER_ILLEGAL", "Throttling.User", "SignatureDoesNotMatch"),
        abroad=True,
    )


def tencent_cloud(url):
    return Vendor(
        kind="tencent-cloud",
        settings={"secret_id": TENCENT_ID, "sdk_app_id": TENCENT_APP, "endpoint": url},
        secrets={"secret_key": TENCENT_KEY},
        wrong_secrets={"secret_key": "another key"},
        refusals=refusals(
            "InvalidParameterValue.IncorrectPhoneNumber", "RequestLimitExceeded", "AuthFailure.SignatureFailure"
        ),
        template=(
            "--id", TENCENT_TEMPLATE, "--signature", TENCENT_SIGN, "--variable", "{code}", "--variable", "{minutes}",
        ),  # fmt: skip
    )


def chuanglan_v1(url):
    return Vendor(
        kind="chuanglan",
        settings={"account": CHUANGLAN_HOME, "receiver": RECEIVER, "endpoint": url},
        secrets=CHUANGLAN,
        wrong_secrets={**CHUANGLAN, "password": "another password"},
        refusals=refusals("107", "103", "102"),
    )


def chuanglan_v2(url):
    v1 = chuanglan_v1(url)
    v1.settings["api"] = "v2"
    v1.refusals = {**refusals(None, "103", "101200"), "bad number": ("other", "successNum=0")}
    v1.template = ("--id", "1000001", "--signature", "示例", "--variable", "{code}")
    return v1


def chuanglan_international(url):
    return Vendor(
        kind="chuanglan-international",
        settings={"account": CHUANGLAN_ABROAD, "receiver": RECEIVER, "endpoint": url},
        secrets=CHUANGLAN,
        wrong_secrets={**CHUANGLAN, "password": "another password"},
        refusals={**refusals("108", None, "102"), "throttled": ("recipient_limited", "125")},
        abroad=True,
    )


def http(url):
    return Vendor(
        kind="http",
        settings=described(f"{url}/http/send"),
        secrets={"webhook_secret": WEBHOOK_SECRET},
        wrong_secrets={"webhook_secret": secret()},
        refusals=REFUSALS,
    )


SETUPS = {
    "alibaba-cloud": alibaba_cloud,
    "alibaba-cloud-international": alibaba_cloud_international,
    "tencent-cloud": tencent_cloud,
    "chuanglan v1": chuanglan_v1,
    "chuanglan v2": chuanglan_v2,
    "chuanglan-international": chuanglan_international,
    "http": http,
}
