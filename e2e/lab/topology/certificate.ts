import { readFileSync } from 'node:fs';
import type { Manifest } from '../kube.ts';
import { keyFiles } from '../parts/keys.ts';

/** A certificate as a Secret, and what lets istiod hand it to a gateway of its namespace. */
export function describeCertificate(
  name: string,
  namespace: string,
  serviceAccount: string,
): Manifest[] {
  const metadata = { name, namespace };
  const base64 = (file: string) => readFileSync(file).toString('base64');
  return [
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata,
      type: 'kubernetes.io/tls',
      data: {
        'tls.crt': base64(keyFiles.kubeletCert),
        'tls.key': base64(keyFiles.kubeletKey),
      },
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata,
      rules: [
        {
          apiGroups: [''],
          resources: ['secrets'],
          verbs: ['get', 'list', 'watch'],
        },
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata,
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'Role',
        name,
      },
      subjects: [{ kind: 'ServiceAccount', name: serviceAccount, namespace }],
    },
  ];
}
