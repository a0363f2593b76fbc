// Calls the official Node SDK for the driver: one JSON line in, one JSON line out.
// The protocol is described in ../README.md.
import { createInterface } from "node:readline";
import { AuthenticationClient } from "authing-node-sdk";

// Standard output belongs to the protocol; whatever the SDK prints goes to standard error.
console.log = console.info = console.debug = console.error;

const operations = {
  sendSms: (client, input) => client.sendSms(input),
  preCheckCode: (client, input) => client.preCheckCode(input),
  getCountryList: (client) => client.getCountryList(),
  getSystemInfo: (client) => client.getSystemInfo(),
};

async function answer({ id, appId, appSecret, appHost, ...request }) {
  const [[name, input]] = Object.entries(request);
  const operation = operations[name];
  if (!operation) return { id, unsupported: `no operation ${name}` };
  try {
    const client = new AuthenticationClient({ appId, appSecret, appHost });
    return { id, answer: await operation(client, input) };
  } catch (error) {
    return { id, error: String(error) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(await answer(JSON.parse(line))) + "\n");
}
