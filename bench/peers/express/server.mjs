// A peer for the bench: codes by SMS as one would write it with Express and Redis in an afternoon.
import { createHmac, randomInt, randomUUID } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import express from 'express'
import Redis from 'ioredis'

const KEY = 'a key of the bench'
const APP = 'dev-app'
const BASIC = 'Basic ' + Buffer.from(`${APP}:dev-app-secret`).toString('base64')
const MOBILE = /^1[3-9]\d{9}$/

const redis = new Redis({ host: '127.0.0.1', port: Number(process.env.REDIS_PORT) })

// One code a minute; the newest is good for five. Everything that was sent is on a stream.
redis.defineCommand('issue', {
  numberOfKeys: 3,
  lua: `
    if not redis.call('SET', KEYS[1], 1, 'NX', 'EX', 60) then return 0 end
    redis.call('HSET', KEYS[2], 'mac', ARGV[1], 'tries', 5)
    redis.call('EXPIRE', KEYS[2], 300)
    redis.call('XADD', KEYS[3], 'MAXLEN', '~', 1000000, '*', 'id', ARGV[2], 'to', ARGV[3], 'mac', ARGV[1])
    return 1`,
})

// A guess is counted, compared, and uses the code up if it is right.
redis.defineCommand('consume', {
  numberOfKeys: 1,
  lua: `
    local mac = redis.call('HGET', KEYS[1], 'mac')
    if not mac then return 0 end
    if mac == ARGV[1] then redis.call('DEL', KEYS[1]) return 1 end
    if redis.call('HINCRBY', KEYS[1], 'tries', -1) <= 0 then redis.call('DEL', KEYS[1]) end
    return 0`,
})

const mac = (channel, to, code) =>
  createHmac('sha256', KEY).update(`${APP}|${channel}|${to}|${code}`).digest('base64')
const answer = (response, statusCode, message, data) =>
  response.json({ statusCode, message, requestId: randomUUID(), data })

const app = express()
app.use(express.json())

app.post('/api/v3/send-sms', async (request, response) => {
  const { channel, phoneNumber } = request.body
  if (request.get('x-authing-app-id') !== APP) return answer(response, 400, 'unknown application')
  if (!channel || !MOBILE.test(phoneNumber)) return answer(response, 400, 'not a mobile number')
  const to = '+86' + phoneNumber
  const code = String(randomInt(1_000_000)).padStart(6, '0')
  const key = `${APP}:${channel}:${to}`
  const sent = await redis.issue(`minute:${key}`, `code:${key}`, 'sent', mac(channel, to, code), randomUUID(), to)
  if (!sent) return answer(response, 429, 'one code a minute')
  if (process.env.OUTBOX) appendFileSync(process.env.OUTBOX, JSON.stringify({ to, passCode: code }) + '\n')
  answer(response, 200, 'sent')
})

app.post('/api/v3/verify-code', async (request, response) => {
  const { channel, phoneNumber, passCode } = request.body
  if (request.get('authorization') !== BASIC) return answer(response, 401, 'wrong secret')
  const to = '+86' + phoneNumber
  const right = await redis.consume(`code:${APP}:${channel}:${to}`, mac(channel, to, passCode))
  answer(response, 200, 'checked', { isValid: right === 1 })
})

const server = app.listen(0, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`)
})
