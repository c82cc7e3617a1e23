/**
 * Key sets that a test can change while Istio reads them.
 *
 * - `GET /<name>/jwks.json`: the key set, after the delay, with the status
 * - `GET /<name>/.well-known/openid-configuration`: names it, for OpenID discovery
 * - `PUT /control/<name>` `{keys?, status?, delayMs?}`: changes it; `GET` tells it and its hits
 */
import { createServer, type IncomingMessage } from 'node:http';
import { readFileSync } from 'node:fs';

interface KeySet {
  keys: unknown[];
  status: number;
  delayMs: number;
  hits: number;
}

const [, , host, port, sampleFile] = process.argv;
const sets = new Map<string, KeySet>();
const sample = JSON.parse(readFileSync(sampleFile, 'utf8'));
sets.set('sample', { keys: sample.keys, status: 200, delayMs: 0, hits: 0 });

async function readJson(request: IncomingMessage): Promise<any> {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > 1_000_000) throw new Error('too large');
  }
  return JSON.parse(text);
}

createServer(async (request, response) => {
  const reply = (status: number, body: unknown) => {
    response.statusCode = status;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(body));
  };
  try {
    const [first, second, ...rest] = (request.url ?? '/').slice(1).split('/');
    if (first === 'control') {
      const known = sets.get(second);
      if (request.method === 'PUT') {
        const wanted = await readJson(request);
        sets.set(second, {
          keys: wanted.keys ?? known?.keys ?? [],
          status: wanted.status ?? 200,
          delayMs: wanted.delayMs ?? 0,
          hits: known?.hits ?? 0,
        });
        return reply(200, sets.get(second));
      }
      return known ? reply(200, known) : reply(404, {});
    }
    const set = sets.get(first);
    if (!set) return reply(404, {});
    if (second === 'jwks.json') {
      set.hits += 1;
      await new Promise(resolve => setTimeout(resolve, set.delayMs));
      return reply(set.status, set.status === 200 ? { keys: set.keys } : {});
    }
    if (second === '.well-known' && rest[0] === 'openid-configuration') {
      const issuer = `http://${host}:${port}/${first}`;
      return reply(200, { issuer, jwks_uri: `${issuer}/jwks.json` });
    }
    return reply(404, {});
  } catch (error) {
    return reply(400, { message: String(error) });
  }
}).listen(Number(port), host);
