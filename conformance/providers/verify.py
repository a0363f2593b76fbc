"""Started by `run`, in the environment that has the SDKs."""

import argparse
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import accounts  # noqa: E402
import alibaba  # noqa: E402
import chuanglan  # noqa: E402
import ours  # noqa: E402
import table  # noqa: E402
import tencent  # noqa: E402
import webhooks  # noqa: E402
from driver.verdict import STOPS, Verdict, judge, stops  # noqa: E402
from clients import AlibabaDomestic, AlibabaInternational, Tencent  # noqa: E402
from hooks import Webhooks  # noqa: E402
from judge import Judge  # noqa: E402
from sandbox import Counterpart, Sandbox  # noqa: E402
from service import Service  # noqa: E402

DESKS = {
    "alibaba-cloud": alibaba.Domestic(),
    "alibaba-cloud, signature v1": alibaba.Domestic("v1"),
    "alibaba-cloud-international, SendMessageToGlobe": alibaba.Globe(),
    "alibaba-cloud-international, SendMessageWithTemplate": alibaba.WithTemplate(),
    "tencent-cloud": tencent.Desk(),
    "chuanglan v1": chuanglan.Text(),
    "chuanglan v2": chuanglan.Template(),
    "chuanglan-international": chuanglan.International(),
    "http, Standard Webhooks": webhooks.Desk("webhook_secret"),
    "http, while the secret changes": webhooks.Desk("webhook_secret", "webhook_secret_next"),
}
CLIENTS = (AlibabaDomestic, AlibabaInternational, Tencent, Webhooks)
JUDGED, SERVED, OURS = (
    "Our requests, at a server that judges them by code that is not ours",
    "Our sandbox, asked by the vendors' own SDKs",
    "Our requests, at our sandbox",
)


def our_rows(binary):
    """(title, name, counterpart) of every row in which Countersign asks."""
    for name, desk in DESKS.items():
        yield JUDGED, name, Judge(desk)
    for name, setup in accounts.SETUPS.items():
        yield OURS, name, Counterpart(binary, f"ours-{name.replace(' ', '-')}", setup)


def ask(service, title, name, nth, counterpart):
    """The row of one vendor that Countersign asks."""
    with counterpart:
        try:
            row = ours.Row(service, f"row-{nth}", nth, counterpart)
        except Exception as error:
            failed = Verdict("FAIL", (f"it cannot be set up: {error}",))
            return title, (name, counterpart.judged_by, dict.fromkeys(ours.CELLS, failed))
        verdicts = {cell: judge(lambda row, cell=cell: row.cell(cell)(), row) for cell in ours.CELLS}
    return title, (name, counterpart.judged_by, verdicts)


def be_asked(binary, client):
    """The row of one SDK that asks the sandbox."""
    with Sandbox(binary, f"asked-for-{client.kind}", client.kind) as sandbox:
        subject = client(sandbox)
        cell = lambda name: getattr(subject, name.replace(" ", "_"))  # noqa: E731
        verdicts = {name: judge(lambda _, name=name: cell(name)(), subject) for name in ours.CELLS}
    return SERVED, (client.name, client.judged_by, verdicts)


def main():
    parser = argparse.ArgumentParser(prog="conformance/providers/run", description=__doc__)
    parser.add_argument("--binary", required=True, type=Path, help="the countersign executable")
    binary = parser.parse_args().binary.resolve()
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"
    groups = {JUDGED: [], SERVED: [], OURS: []}
    with Service(binary) as service, ThreadPoolExecutor(len(DESKS) + len(accounts.SETUPS) + len(CLIENTS)) as threads:
        rows = [
            threads.submit(ask, service, title, name, nth, counterpart)
            for nth, (title, name, counterpart) in enumerate(our_rows(binary), start=220)
        ]
        rows += [threads.submit(be_asked, binary, client) for client in CLIENTS]
        for row in rows:
            title, line = row.result()
            groups[title].append(line)
        stopped = judge(stops, service)
    failed = table.print_all(ours.CELLS, groups)
    if stopped.word != "ok":
        print(f"\n{stopped.word}  {STOPS}: {stopped.lines}")
    sys.exit(1 if failed or stopped.word != "ok" else 0)


if __name__ == "__main__":
    main()
