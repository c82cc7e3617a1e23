import { compareText } from '../compareText';
import { stringList, stringRecord } from './labels';
import type { Mesh } from './Mesh';
import type { Stored } from './Stored';

/** A Pod that has one of the addresses that are looked for. */
export interface AddressedPod {
  address: string;
  labels: Record<string, string>;
}

/** Pods that run at some of the addresses, by namespace, in the order of addresses. */
export function podsAt(
  mesh: Mesh,
  addresses: { has(address: string): boolean },
): Record<string, AddressedPod[]> {
  // Any word may be the name of a namespace, `constructor` too.
  const found: Record<string, AddressedPod[]> = Object.create(null);
  for (const stored of mesh.each('Pod')) {
    for (const address of addressesOf(stored)) {
      if (!addresses.has(address)) continue;
      const labels = stringRecord(stored.resource.metadata.labels);
      (found[stored.namespace] ??= []).push({ address, labels });
    }
  }
  for (const pods of Object.values(found)) {
    pods.sort((a, b) => compareText(a.address, b.address));
  }
  return found;
}

function addressesOf({ resource }: Stored): Set<string> {
  const { phase, podIP, podIPs } = (resource.status ?? {}) as {
    phase?: unknown;
    podIP?: unknown;
    podIPs?: { ip?: unknown }[];
  };
  if (phase === 'Succeeded' || phase === 'Failed') return new Set();
  const listed = Array.isArray(podIPs) ? podIPs.map(item => item?.ip) : [];
  return new Set(stringList([podIP, ...listed]));
}
