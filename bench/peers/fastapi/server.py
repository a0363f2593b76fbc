"""A peer for the bench: codes by SMS as one would write it with FastAPI and Redis in an afternoon."""

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
import socket
import uuid

import redis.asyncio
import uvicorn
from fastapi import FastAPI, Header
from pydantic import BaseModel

KEY = b"a key of the bench"
APP = "dev-app"
BASIC = "Basic " + base64.b64encode(f"{APP}:dev-app-secret".encode()).decode()
MOBILE = re.compile(r"1[3-9]\d{9}")
OUTBOX = os.environ.get("OUTBOX")

# One code a minute; the newest is good for five. Everything that was sent is on a stream.
ISSUE = """
if not redis.call('SET', KEYS[1], 1, 'NX', 'EX', 60) then return 0 end
redis.call('HSET', KEYS[2], 'mac', ARGV[1], 'tries', 5)
redis.call('EXPIRE', KEYS[2], 300)
redis.call('XADD', KEYS[3], 'MAXLEN', '~', 1000000, '*', 'id', ARGV[2], 'to', ARGV[3], 'mac', ARGV[1])
return 1
"""

# A guess is counted, compared, and uses the code up if it is right.
CONSUME = """
local mac = redis.call('HGET', KEYS[1], 'mac')
if not mac then return 0 end
if mac == ARGV[1] then redis.call('DEL', KEYS[1]) return 1 end
if redis.call('HINCRBY', KEYS[1], 'tries', -1) <= 0 then redis.call('DEL', KEYS[1]) end
return 0
"""

app = FastAPI()
store = redis.asyncio.Redis(host="127.0.0.1", port=int(os.environ["REDIS_PORT"]))
issue = store.register_script(ISSUE)
consume = store.register_script(CONSUME)


class Send(BaseModel):
    channel: str
    phoneNumber: str


class Check(BaseModel):
    channel: str
    phoneNumber: str
    passCode: str


def mac(channel: str, to: str, code: str) -> str:
    text = f"{APP}|{channel}|{to}|{code}".encode()
    return hmac.new(KEY, text, hashlib.sha256).hexdigest()


def answer(status: int, message: str, data: dict | None = None) -> dict:
    body = {"statusCode": status, "message": message, "requestId": str(uuid.uuid4())}
    return body if data is None else {**body, "data": data}


@app.post("/api/v3/send-sms")
async def send(body: Send, x_authing_app_id: str = Header("")) -> dict:
    if x_authing_app_id != APP:
        return answer(400, "unknown application")
    if not MOBILE.fullmatch(body.phoneNumber):
        return answer(400, "not a mobile number")
    to = "+86" + body.phoneNumber
    code = f"{secrets.randbelow(1_000_000):06}"
    key = f"{APP}:{body.channel}:{to}"
    keys = [f"minute:{key}", f"code:{key}", "sent"]
    sent = await issue(keys, [mac(body.channel, to, code), str(uuid.uuid4()), to])
    if not sent:
        return answer(429, "one code a minute")
    if OUTBOX:
        with open(OUTBOX, "a") as outbox:
            outbox.write(json.dumps({"to": to, "passCode": code}) + "\n")
    return answer(200, "sent")


@app.post("/api/v3/verify-code")
async def verify(body: Check, authorization: str = Header("")) -> dict:
    if not secrets.compare_digest(authorization, BASIC):
        return answer(401, "wrong secret")
    to = "+86" + body.phoneNumber
    guess = mac(body.channel, to, body.passCode)
    right = await consume([f"code:{APP}:{body.channel}:{to}"], [guess])
    return answer(200, "checked", {"isValid": right == 1})


if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    print(f"listening on http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    config = uvicorn.Config(app, loop="uvloop", http="httptools", access_log=False, log_level="warning")
    uvicorn.Server(config).run(sockets=[listener])
