import { ProxyRef } from '../model';
import { nameOf, refOf } from '../parse';
import { Mesh } from './Mesh';
import { Stored } from './Stored';
import { attachedTo } from './policies';
import { doubtsAbout } from './doubts';
import { proxyKey } from './workloads';
import { Family, sameData } from '../queries/queries';

const OPAQUE_THERE = new Family();
const OPAQUE = new Family();

const NOTHING: readonly string[] = [];

/** Kinds that put WebAssembly or Lua into proxies; the second is Istio's from 1.31 on. */
const CODE_KINDS = ['WasmPlugin', 'TrafficExtension'] as const;

/**
 * Why a proxy may answer otherwise than its policies say: objects that put arbitrary code or
 * configuration into it. One sentence each.
 */
export function opaqueReasons(mesh: Mesh, proxy: ProxyRef): readonly string[] {
  if (proxy.kind === 'none') return NOTHING;
  const doubts = doubtsAbout(mesh, proxy);
  const code = codeIn(mesh, proxy);
  return doubts.length === 0 ? code : [...doubts, ...code];
}

function codeIn(mesh: Mesh, proxy: ProxyRef): readonly string[] {
  // ztunnel is told of AuthorizationPolicies only.
  if (proxy.kind === 'ztunnel') return NOTHING;
  const some = mesh.queries.getOne(OPAQUE_THERE, () =>
    ['EnvoyFilter', ...CODE_KINDS].some(kind => mesh.all(kind).length > 0),
  );
  if (!some) return NOTHING;
  return mesh.queries.get(
    OPAQUE,
    proxyKey(proxy),
    () => [
      ...attachedTo(mesh, proxy, 'EnvoyFilter')
        .filter(({ stored }) => changesRequests(stored, proxy))
        .map(
          ({ stored }) =>
            `${nameOf(
              refOf(stored.resource),
            )} patches this proxy's configuration, which the engine does not read`,
        ),
      ...CODE_KINDS.flatMap(kind => attachedTo(mesh, proxy, kind)).map(
        ({ stored }) =>
          `${nameOf(refOf(stored.resource))} runs code in this proxy`,
      ),
    ],
    sameData,
  );
}

/** Places of an EnvoyFilter that no inbound request of this proxy passes. */
function changesRequests(stored: Stored, proxy: ProxyRef): boolean {
  const patches = (stored.resource.spec as { configPatches?: unknown } | null)
    ?.configPatches;
  if (!Array.isArray(patches)) return true;
  const foreign =
    proxy.kind === 'gateway'
      ? ['SIDECAR_INBOUND', 'SIDECAR_OUTBOUND']
      : ['GATEWAY', 'SIDECAR_OUTBOUND'];
  return patches.some(patch => {
    const context = patch?.match?.context;
    return patch?.applyTo !== 'CLUSTER' && !foreign.includes(context);
  });
}
