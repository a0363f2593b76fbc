"""Chuanglan 253 at the desk. It has no official SDK in Python: what it wants is recomputed here from its
documents, by nothing but the standard library.
"""

import hashlib
import hmac
import json
import re
import time
import uuid
from datetime import datetime, timedelta, timezone

from judge import Answer, Refused, Report
from vendor import Letter, Vendor

HOME, ABROAD, PASSWORD = "YZM0000009", "I0000009", "judge-password"
RECEIVER, RECEIVER_PASSWORD = "judge-receiver", "judge-receiver-password"
SKEW = 300
BEIJING = timezone(timedelta(hours=8))


class Desk:
    judged_by = "no official SDK; recomputed from the vendor's document (hashlib)"
    kind, account, settings_beside, template, abroad = "chuanglan", HOME, {}, (), False
    heard = {"clcode": "000000"}

    def settings(self, url):
        return Vendor(
            kind=self.kind,
            settings={"account": self.account, "endpoint": url, "receiver": RECEIVER, **self.settings_beside},
            secrets={"password": PASSWORD, "receipts_password": RECEIVER_PASSWORD},
            wrong_secrets={"password": "another password", "receipts_password": RECEIVER_PASSWORD},
            refusals=self.refusals,
            template=self.template,
            abroad=self.abroad,
        )

    def examine(self, request):
        body = json.loads(request.body)
        if request.method != "POST" or request.path != self.path or body["account"] != self.account:
            raise Refused(self.answer(self.no_such_account))
        if not self.proves(request.headers, body):
            raise Refused(self.answer(self.wrong_password))

    def report(self, letter):
        now = datetime.now(BEIJING)
        query = {
            "receiver": RECEIVER, "pswd": RECEIVER_PASSWORD, "msgid": letter.id,
            "reportTime": now.strftime("%y%m%d%H%M"), "notifyTime": now.strftime("%y%m%d%H%M%S"),
            "status": "DELIVRD", **self.report_beside(letter),
        }  # fmt: skip
        return Report(self.heard, query=query)

    def report_beside(self, letter):
        return {"mobile": letter.to[3:], "statusDesc": "短信发送成功", "length": "1", "uid": letter.reference}


class Text(Desk):
    """At home, `v1`: the password is in the body, and nothing is signed."""

    path, no_such_account, wrong_password = "/msg/v1/send/json", "101", "102"
    refusals = {
        "bad number": ("bad_number", "107"),
        "throttled": ("throttled", "103"),
        "bad credentials": ("config_error", "102"),
    }

    def proves(self, headers, body):
        return body["password"] == PASSWORD

    def read(self, request):
        body = json.loads(request.body)
        texts = all(isinstance(value, str) for value in body.values())
        if not texts or not re.match("【[^】]+】", body["msg"]):
            raise Refused(self.answer("116"))
        return Letter("+86" + body["phone"], code_in(body["msg"]), number(), body["uid"])

    def taken(self, letter):
        return self.answer("0", letter.id)

    def fault(self, name):
        return self.answer(self.refusals[name][1])

    def answer(self, code, message_id=""):
        now = datetime.now(BEIJING).strftime("%Y%m%d%H%M%S")
        return Answer({"code": code, "msgId": message_id, "time": now, "errorMsg": "" if message_id else "see the code"})


class Template(Desk):
    """At home, `v2`: an HMAC over the sorted strings, keyed by the MD5 of the password."""

    path, no_such_account, wrong_password = "/msg/sms/v2/tpl/send", "101200", "101200"
    settings_beside = {"api": "v2"}
    template = ("--id", "1000001", "--signature", "示例", "--variable", "param1={code}")
    refusals = {
        # It says how many numbers it did not take, and not why.
        "bad number": ("other", "successNum=0"),
        # Of this interface no such code is known: this is that of the elder one.
        "throttled": ("throttled", "103"),
        "bad credentials": ("config_error", "101200"),
    }

    def proves(self, headers, body):
        key = md5(PASSWORD.encode())
        timestamp, nonce = body["timestamp"], body["nonce"]
        if abs(time.time() - int(timestamp)) > SKEW or len(nonce) != 32:
            return False
        signed = "".join(sorted([key, timestamp, nonce]))
        wanted = hmac.new(key.encode(), signed.encode(), hashlib.sha256).hexdigest()
        return headers.get("x-qa-hmac-signature") == wanted

    def read(self, request):
        body = json.loads(request.body)
        if (body["templateId"], body["signature"]) != ("1000001", "【示例】"):
            raise Refused(self.answer("123"))
        (params,) = json.loads(body["templateParamJson"])
        return Letter("+86" + body["phoneNumbers"], params["param1"], number(), body["uid"])

    def taken(self, letter):
        return self.answer("000000", letter.id, taken=1)

    def fault(self, name):
        return self.answer("103") if name == "throttled" else self.answer("000000", failed=1)

    def answer(self, code, message_id="", taken=0, failed=0):
        return Answer({"code": code, "msgId": message_id, "failNum": failed, "successNum": taken, "errorMsg": ""})


class International(Desk):
    """Abroad: an MD5 over the sorted parameters and the password."""

    kind, account, abroad, heard = "chuanglan-international", ABROAD, True, "OK"
    path, no_such_account, wrong_password = "/send/sms", "101", "102"
    refusals = {
        "bad number": ("bad_number", "108"),
        # Its table has no code for a whole account that is too fast.
        "throttled": ("recipient_limited", "125"),
        "bad credentials": ("config_error", "102"),
    }

    def proves(self, headers, body):
        if abs(time.time() - int(headers["nonce"]) / 1000) > SKEW:
            return False
        signed = {**{name: value for name, value in body.items() if str(value).strip()}, "nonce": headers["nonce"]}
        text = "".join(f"{name}{signed[name]}" for name in sorted(signed)) + PASSWORD
        return headers.get("sign") == md5(text.encode())

    def read(self, request):
        body = json.loads(request.body)
        return Letter("+" + body["mobile"], code_in(body["msg"]), number(), body["uid"])

    def taken(self, letter):
        return self.answer("0", letter.id)

    def fault(self, name):
        return self.answer(self.refusals[name][1])

    def answer(self, code, message_id=""):
        return Answer({"code": code, "error": "" if message_id else "see the code", "msgid": message_id})

    def report_beside(self, letter):
        return {"mobile": letter.to[1:], "batchSeq": letter.id}


def code_in(text):
    return re.search("(?<![0-9])[0-9]{6}(?![0-9])", text)[0]


def number():
    return str(uuid.uuid4().int % 10**17)


def md5(octets):
    return hashlib.md5(octets).hexdigest()
