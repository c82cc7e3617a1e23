import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import forge from 'node-forge';

export interface KeyAndCertificate {
  key: string;
  cert: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;
let serial = 1;

/** A private certificate authority, made anew. */
export class TestAuthority {
  private readonly keys = forge.pki.rsa.generateKeyPair(2048);
  private readonly certificate = this.sign('Test authority', [], {
    isAuthority: true,
  });

  /** Path of a PEM bundle with the authority's certificate. */
  writeBundle(): string {
    const path = join(mkdtempSync(join(tmpdir(), 'istio-jwt-ca-')), 'ca.pem');
    writeFileSync(path, forge.pki.certificateToPem(this.certificate));
    return path;
  }

  issue(host: string, { expired = false } = {}): KeyAndCertificate {
    const keys = forge.pki.rsa.generateKeyPair(2048);
    const certificate = this.sign(host, [host], { keys, expired });
    return {
      key: forge.pki.privateKeyToPem(keys.privateKey),
      cert: forge.pki.certificateToPem(certificate),
    };
  }

  private sign(
    name: string,
    hosts: string[],
    {
      keys = this.keys,
      isAuthority = false,
      expired = false,
    }: {
      keys?: forge.pki.rsa.KeyPair;
      isAuthority?: boolean;
      expired?: boolean;
    },
  ): forge.pki.Certificate {
    const certificate = forge.pki.createCertificate();
    certificate.publicKey = keys.publicKey;
    certificate.serialNumber = String(serial++).padStart(4, '0');
    const now = Date.now();
    certificate.validity.notBefore = new Date(now - 3 * DAY_MS);
    certificate.validity.notAfter = new Date(
      now + (expired ? -DAY_MS : DAY_MS),
    );
    certificate.setSubject([{ name: 'commonName', value: name }]);
    certificate.setIssuer([{ name: 'commonName', value: 'Test authority' }]);
    certificate.setExtensions([
      { name: 'basicConstraints', cA: isAuthority },
      ...(hosts.length > 0
        ? [
            {
              name: 'subjectAltName',
              altNames: hosts.map(value => ({ type: 2, value })),
            },
          ]
        : []),
    ]);
    certificate.sign(this.keys.privateKey, forge.md.sha256.create());
    return certificate;
  }
}
