/**
 * Sends requests from where it runs: `node askFromPod.ts`, in the network namespace of a pod. Reads
 * `{url, method, headers}[]` from standard input, writes `{status, body}[]` to standard output.
 */
import { request } from '../http.ts';

let text = '';
for await (const chunk of process.stdin) text += chunk;

const answers = [];
for (const { url, method, headers } of JSON.parse(text)) {
  try {
    const { status, body } = await request(url, { method, headers });
    answers.push({ status, body });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // What a proxy does that ends a connection; anything else is a fault of the lab.
    if (code !== 'ECONNRESET') throw new Error(`${code} ${message}`);
    answers.push({ status: 'closed', body: '' });
  }
}
process.stdout.write(JSON.stringify(answers));
