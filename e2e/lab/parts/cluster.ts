import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { request } from '../http.ts';
import { kubeconfigPath, labDir, runDir } from '../paths.ts';
import { ensureProcess } from '../supervisor.ts';
import { NAMESPACE_PREFIX } from '../network.ts';
import { waitFor } from '../wait.ts';
import { keyFiles } from './keys.ts';
import type { LabContext } from './context.ts';

const certDir = join(runDir, 'certs');
const caFile = join(certDir, 'apiserver.crt');

export async function startEtcd({ state, parts }: LabContext) {
  const client = `http://127.0.0.1:${state.ports.etcdClient}`;
  const peer = `http://127.0.0.1:${state.ports.etcdPeer}`;
  await ensureProcess({
    name: 'etcd',
    command: parts.etcd,
    args: [
      ...['--name', 'lab', '--data-dir', join(runDir, 'etcd')],
      ...['--listen-client-urls', client, '--advertise-client-urls', client],
      ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
      ...['--initial-cluster', `lab=${peer}`],
      // A lab may lose its last second; without this every write waits for the disk.
      ...['--unsafe-no-fsync', '--log-level', 'warn'],
    ],
  });
  await waitFor('etcd', async () =>
    (await request(`${client}/health`)).status === 200 ? true : undefined,
  );
}

export async function startApiserver({ state, parts }: LabContext) {
  const { ports } = state;
  const issuer = 'https://kubernetes.default.svc';
  await ensureProcess({
    name: 'kube-apiserver',
    command: parts.apiserver,
    args: [
      `--etcd-servers=http://127.0.0.1:${ports.etcdClient}`,
      `--secure-port=${ports.apiserver}`,
      '--bind-address=127.0.0.1',
      `--cert-dir=${certDir}`,
      `--service-account-issuer=${issuer}`,
      `--service-account-signing-key-file=${keyFiles.serviceAccountKey}`,
      `--service-account-key-file=${keyFiles.serviceAccountPub}`,
      `--api-audiences=${issuer},istio-ca`,
      '--authorization-mode=RBAC',
      `--token-auth-file=${keyFiles.tokens}`,
      '--service-cluster-ip-range=10.96.0.0/16',
      '--disable-admission-plugins=ServiceAccount',
      '--endpoint-reconciler-type=none',
      '--kubelet-preferred-address-types=InternalIP',
      `--kubelet-client-certificate=${keyFiles.kubeletClientCert}`,
      `--kubelet-client-key=${keyFiles.kubeletClientKey}`,
    ],
  });
  const server = `https://127.0.0.1:${ports.apiserver}`;
  await waitFor('kube-apiserver', async () => {
    if (!existsSync(caFile)) return undefined;
    const answer = await request(`${server}/readyz`, {
      ca: caFile,
      headers: { authorization: `Bearer ${state.adminToken}` },
    });
    return answer.status === 200 ? true : undefined;
  });
  writeFileSync(
    kubeconfigPath,
    stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        { name: 'lab', cluster: { server, 'certificate-authority': caFile } },
      ],
      users: [{ name: 'admin', user: { token: state.adminToken } }],
      contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'admin' } }],
      'current-context': 'lab',
    }),
    { mode: 0o600 },
  );
}

/** The kubelet's and kube-proxy's share: exec into pods, and node ports. */
export async function startNode({ state, parts }: LabContext) {
  await ensureProcess({
    name: 'kubelet-exec',
    command: parts.kubeletExec,
    args: [
      ...['-listen', `127.0.0.1:${state.ports.kubelet}`],
      ...['-cert', keyFiles.kubeletCert, '-key', keyFiles.kubeletKey],
      ...['-client-cert', keyFiles.kubeletClientCert],
      ...['-namespace-prefix', NAMESPACE_PREFIX],
    ],
  });
  await ensureProcess({
    name: 'node-ports',
    command: process.execPath,
    args: [join(labDir, 'apps', 'node-ports.ts'), kubeconfigPath],
  });
}
