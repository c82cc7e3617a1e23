import { isObject } from './reader';

type Fields = Record<string, unknown>;

const LISTS = ['extensionProviders', 'trustDomainAliases'];
const PROXIES = 'defaultConfig';

/**
 * What istiod makes of mesh config that it applies over another (Istio's ApplyMeshConfig): each field is replaced, but
 * providers and aliases come together, and the proxies' settings are replaced one by one.
 */
export function mergeMeshConfigs(shared: Fields, written: Fields): Fields {
  const [base, own] = [shared, written].map(withJsonNames);
  const merged: Fields = { ...base, ...own };
  for (const field of LISTS) {
    const lists = [base[field], own[field]];
    if (lists.every(Array.isArray)) merged[field] = lists.flat();
  }
  const proxies = [base[PROXIES], own[PROXIES]];
  if (proxies.every(isObject)) {
    const [before, after] = proxies.map(withJsonNames);
    merged[PROXIES] = { ...before, ...after };
  }
  return merged;
}

/** protobuf's names with underscores mean the same as those of its JSON. */
function withJsonNames(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase()),
      value,
    ]),
  );
}
