import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { run } from '../run';

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the command as a shell would, with what it reads and writes in memory. */
export async function runCli(
  args: string[],
  stdin: Iterable<string | Buffer> = [],
): Promise<Outcome> {
  const stdout = collect();
  const stderr = collect();
  const code = await run(args, {
    stdin: Readable.from(stdin),
    stdout: stdout.stream,
    stderr: stderr.stream,
  });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

function collect() {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  return { stream, text: () => chunks.join('') };
}

const folders: string[] = [];
afterAll(() => {
  for (const path of folders) rmSync(path, { recursive: true, force: true });
});

/** A folder with files, removed after the test file's tests. */
export function createFolder(files: Record<string, string | Buffer> = {}) {
  const path = mkdtempSync(join(tmpdir(), 'istio-jwt-cli-'));
  folders.push(path);
  const add = (name: string, content: string | Buffer) => {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), content);
    return join(path, name);
  };
  for (const [name, content] of Object.entries(files)) add(name, content);
  return { path, add };
}

/** A Service with a sidecar and a RequestAuthentication, and no policy that requires a token. */
export const BACKEND = `
apiVersion: v1
kind: Service
metadata: {name: backend, namespace: shop}
spec: {selector: {app: backend}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Pod
metadata: {name: backend-0, namespace: shop, labels: {app: backend}}
spec:
  serviceAccountName: backend
  containers: [{name: istio-proxy, args: [proxy, sidecar]}]
---
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata:
  name: backend
  namespace: shop
spec:
  selector: {matchLabels: {app: backend}}
  jwtRules:
  - issuer: https://idp.example.com
    jwksUri: https://idp.example.com/keys
    audiences: [shop]
    fromHeaders: [{name: Authorization, prefix: "Bearer "}]
`;

/** Requires a token of the issuer, in an unusual layout. */
export const REQUIRE_TOKEN = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: backend, namespace: shop}
spec:
  selector:
    matchLabels:
      app: backend
  rules:
  - from:
    - source:
        requestPrincipals: ["https://idp.example.com/*"]
`;
