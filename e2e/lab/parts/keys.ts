import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateKeyPairSync } from 'node:crypto';
import { runDir } from '../paths.ts';
import { run } from '../run.ts';

const keysDir = join(runDir, 'keys');

export const keyFiles = {
  serviceAccountKey: join(keysDir, 'service-account.key'),
  serviceAccountPub: join(keysDir, 'service-account.pub'),
  kubeletCert: join(keysDir, 'kubelet.crt'),
  kubeletKey: join(keysDir, 'kubelet.key'),
  kubeletClientCert: join(keysDir, 'kubelet-client.crt'),
  kubeletClientKey: join(keysDir, 'kubelet-client.key'),
  tokens: join(keysDir, 'tokens.csv'),
};

function makeCertificate(cert: string, key: string, name: string, use: string) {
  run('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '365'],
    ...['-keyout', key, '-out', cert, '-subj', `/CN=${name}`],
    ...['-addext', `extendedKeyUsage=${use}`],
    ...['-addext', 'subjectAltName=IP:127.0.0.1'],
  ]);
}

/** Makes the cluster's own keys once per lab. */
export function ensureKeys(adminToken: string): void {
  mkdirSync(keysDir, { recursive: true, mode: 0o700 });
  if (!existsSync(keyFiles.serviceAccountPub)) {
    const pair = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    });
    writeFileSync(keyFiles.serviceAccountKey, pair.privateKey, { mode: 0o600 });
    writeFileSync(keyFiles.serviceAccountPub, pair.publicKey);
  }
  if (!existsSync(keyFiles.kubeletCert)) {
    const { kubeletCert, kubeletKey } = keyFiles;
    makeCertificate(kubeletCert, kubeletKey, 'lab-kubelet', 'serverAuth');
  }
  if (!existsSync(keyFiles.kubeletClientCert)) {
    const { kubeletClientCert, kubeletClientKey } = keyFiles;
    makeCertificate(
      kubeletClientCert,
      kubeletClientKey,
      'lab-apiserver',
      'clientAuth',
    );
  }
  writeFileSync(
    keyFiles.tokens,
    `${adminToken},admin,admin,"system:masters"\n`,
    { mode: 0o600 },
  );
}
