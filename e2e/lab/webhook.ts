import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { buffer } from 'node:stream/consumers';
import type { Manifest } from './kube.ts';
import { keyFiles } from './parts/keys.ts';
import { findFreePort } from './state.ts';

export interface RefusingWebhook {
  /** Its ValidatingWebhookConfiguration. */
  object: Manifest;
  /** How often it refused. */
  refused(): number;
  stop(): void;
}

/** An admission webhook that lets dry runs pass and refuses every other write of AuthorizationPolicies. */
export async function serveRefusingWebhook(
  message: string,
): Promise<RefusingWebhook> {
  // The lab's own certificate for 127.0.0.1, which is its own authority.
  const cert = readFileSync(keyFiles.kubeletCert);
  let refused = 0;
  const server = createServer(
    { cert, key: readFileSync(keyFiles.kubeletKey) },
    async (request, response) => {
      const { request: review } = JSON.parse(String(await buffer(request)));
      const allowed = review.dryRun === true;
      if (!allowed) refused += 1;
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          apiVersion: 'admission.k8s.io/v1',
          kind: 'AdmissionReview',
          response: { uid: review.uid, allowed, status: { message } },
        }),
      );
    },
  );
  const port = await findFreePort();
  await new Promise<void>(resolve => {
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    object: {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'istio-jwt-lab-refuses' },
      webhooks: [
        {
          name: 'refuses.lab.istio-jwt.example',
          admissionReviewVersions: ['v1'],
          sideEffects: 'None',
          failurePolicy: 'Fail',
          timeoutSeconds: 5,
          clientConfig: {
            url: `https://127.0.0.1:${port}/`,
            caBundle: cert.toString('base64'),
          },
          rules: [
            {
              apiGroups: ['security.istio.io'],
              apiVersions: ['*'],
              resources: ['authorizationpolicies'],
              operations: ['CREATE', 'UPDATE'],
            },
          ],
        },
      ],
    },
    refused: () => refused,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
