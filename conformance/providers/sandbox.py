"""`countersign sandbox` as a process: the vendors' side, by the product's own second reading of them."""

import json
import subprocess
import urllib.error
import urllib.parse
import urllib.request

from driver.expect import Mismatch
from driver.lines import LineProcess
from driver.paths import log_file
from service import until
from vendor import Letter

JUDGED_BY = "our sandbox (own second reading)"
START_SECONDS = 30
FAULTS = {"bad number": "bad_number", "throttled": "throttle", "stall": "stall_after_accept"}

_http = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Sandbox:
    """`with Sandbox(binary, name, kind) as sandbox:` starts one; leaving the block ends it."""

    def __init__(self, binary, name, kind):
        self._command = [str(binary), "sandbox", "--listen", "127.0.0.1:0", "--quiet"]
        self._log, self._kind = log_file(f"{name}-sandbox"), kind

    def __enter__(self):
        self._process = LineProcess(self._command, self._log, stdin=subprocess.DEVNULL)
        self.url = self._process.next_line(START_SECONDS).split()[-1]
        self.address = self.url[len("http://"):]
        return self

    def __exit__(self, *_):
        self._process.child.kill()
        self._process.child.wait()

    def control(self, path, body=None):
        """What it says about itself."""
        data = json.dumps(body).encode() if body else None
        try:
            headers = {"content-type": "application/json"}
            request = urllib.request.Request(f"{self.url}/sandbox/{path}", data, headers)
            with _http.open(request, timeout=10) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise Mismatch(f"/sandbox/{path} to do as it is asked", error.read().decode()) from error

    def fault(self, name):
        """The next request is met by this fault."""
        self.control("faults", {"vendor": self._kind, "fault": FAULTS[name], "times": 1})

    def messages(self, number):
        """What was taken for a number, newest first."""
        return self.control("messages?" + urllib.parse.urlencode({"vendor": self._kind, "to": number}))

    def requests(self):
        """How many requests came."""
        return self.control("calls")[self._kind]["requests"]

    def reports_to(self, url):
        self.control("reports", {"vendor": self._kind, "url": url})

    def report_on(self, message_id):
        """The report that was made on a message, once it is."""

        def made():
            reports = self.control("reports")["made"]
            return [report for report in reports if report["messageId"] == message_id]

        return until(made, "a report by the sandbox")[0]


class Counterpart(Sandbox):
    """The sandbox as `ours.Row` sees it; `setup` is one of `accounts.SETUPS`."""

    judged_by = JUDGED_BY

    def __init__(self, binary, name, setup):
        super().__init__(binary, name, setup("").kind)
        self._setup = setup

    def __enter__(self):
        super().__enter__()
        self.vendor = self._setup(self.url)
        return self

    def faces(self, tenant):
        self.reports_to(tenant.receipts_url)

    def script(self, fault, number):
        self.fault(fault)

    def letter(self, number):
        found = self.messages(number)
        if not found:
            return None
        newest = found[0]
        return Letter(newest["to"], newest["code"], newest["id"], newest["reference"])

    def calls(self, number):
        return self.requests()

    def report(self, letter, tenant):
        report = self.report_on(letter.id)
        if not report["answeredAsWanted"]:
            raise Mismatch("the answer that the vendor asks for", report["answer"])
