/** Knows when a proxy has what was applied, by a mark that comes last. */
import { applyByAge } from '../ages.ts';
import type { Lab } from '../client.ts';
import type { Manifest } from '../kube.ts';
import { namespaceOf } from '../network.ts';
import { waitForStore } from '../pool.ts';
import { run } from '../run.ts';
import { waitFor } from '../wait.ts';

const AWAITED_KINDS = [
  'RequestAuthentication',
  'PeerAuthentication',
  'DestinationRule',
] as const;

/** A proxy that takes part, and what a policy says to reach it alone. */
export interface SettledProxy {
  pod: string;
  namespace: string;
  target: Record<string, unknown>;
  /** Names of the listeners that hold its HTTP filters. */
  listeners: RegExp;
}

export const describeSentinels = (
  proxies: readonly SettledProxy[],
  generation: string,
): Manifest[] =>
  proxies.map(({ namespace, target }, index) => ({
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    metadata: { name: `compare-sentinel-${index}`, namespace },
    spec: {
      ...target,
      // AUDIT decides nothing, so the policies under test stay as they are.
      action: 'AUDIT',
      rules: [{ to: [{ operation: { paths: [`/sentinel/${generation}`] } }] }],
    },
  }));

/** The listeners that Envoy was told of, as it tells of them, those whose name matches. */
function readListeners(pod: string, names: RegExp): any[] {
  const dump = JSON.parse(
    run('ip', [
      ...['netns', 'exec', namespaceOf(pod), 'curl', '-s'],
      'http://127.0.0.1:15000/config_dump?resource=dynamic_listeners',
    ]),
  );
  return (dump.configs ?? []).filter((each: any) => names.test(each.name));
}

/** Whether Envoy refused what it was told last of the listener on a port: it serves what it had before. */
export const refusesListener = (pod: string, port: number): boolean =>
  readListeners(pod, new RegExp(`_${port}$`)).some(each => each.error_state);

/** What a proxy has in use, as its Envoy tells it. */
function dumpListeners({ pod, listeners }: SettledProxy): string {
  const found = readListeners(pod, listeners);
  if (found.some((each: any) => each.warming_state)) return '';
  return JSON.stringify(found.map((each: any) => each.active_state));
}

export async function waitForSentinels(
  proxies: readonly SettledProxy[],
  generation: string,
): Promise<void> {
  for (const proxy of proxies) {
    await waitFor(`${proxy.pod} to have generation ${generation}`, () =>
      dumpListeners(proxy).includes(`/sentinel/${generation}"`)
        ? true
        : undefined,
    );
  }
}

/**
 * Applies policies and waits until all proxies have them. One kind is read in order, several are not: the sentinel comes
 * when the others were read.
 */
export async function deployPolicies(
  lab: Lab,
  policies: readonly Manifest[],
  proxies: readonly SettledProxy[],
  generation: string,
): Promise<void> {
  const { kube } = lab;
  const isLast = (each: Manifest) => each.kind === 'AuthorizationPolicy';
  const read = await applyByAge(kube, [policies.filter(each => !isLast(each))]);
  for (const kind of AWAITED_KINDS) await waitForStore(lab, read, kind);
  await applyByAge(kube, [policies.filter(isLast)]);
  await kube.apply(describeSentinels(proxies, generation));
  await waitForSentinels(proxies, generation);
}

/** Waits until the routes of a gateway hold a mark. */
export async function waitForRoutes(pod: string, mark: string): Promise<void> {
  await waitFor(`${pod} to have routes with ${mark}`, () =>
    run('ip', [
      ...['netns', 'exec', namespaceOf(pod), 'curl', '-s'],
      'http://127.0.0.1:15000/config_dump?resource=dynamic_route_configs',
    ]).includes(mark)
      ? true
      : undefined,
  );
}
