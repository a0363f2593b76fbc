// Manages through the official Node SDK for the driver: one JSON line in, one JSON line out.
// The protocol is described in ../README.md.
import { createInterface } from "node:readline";
import { ManagementClient } from "authing-node-sdk";

// Standard output belongs to the protocol; whatever the SDK prints goes to standard error.
console.log = console.info = console.debug = console.error;

const operations = {
  listApplications: (client, input) => client.listApplications(input),
  createApplication: (client, input) => client.createApplication(input),
  createAccessKey: (client, input) => client.createAccessKey(input),
  deleteAccessKey: (client, input) => client.deleteAccessKey(input),
};

async function answer({ id, accessKeyId, accessKeySecret, host, ...request }) {
  const [[name, input]] = Object.entries(request);
  try {
    const client = new ManagementClient({ accessKeyId, accessKeySecret, host });
    return { id, answer: await operations[name](client, input) };
  } catch (error) {
    return { id, error: String(error) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(await answer(JSON.parse(line))) + "\n");
}
