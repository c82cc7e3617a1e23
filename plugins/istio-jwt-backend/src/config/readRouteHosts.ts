import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { RouteHostRule } from './types';

const PATTERN =
  /^(?=.{1,253}$)(\*\.)?([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const GATEWAY = /^[a-z0-9][-a-z0-9]{0,62}\/[a-z0-9][-.a-z0-9]{0,252}$/;

/** Reads for which hosts routes may be created. @throws InputError that names the key and what to write instead */
export function readRouteHosts(
  config: Config | undefined,
  key: string,
): RouteHostRule[] {
  return (config?.getOptionalConfigArray('hosts') ?? []).map((rule, index) => {
    const pattern = rule.getString('pattern');
    const gateways = rule.getOptionalStringArray('gateways') ?? [];
    if (!PATTERN.test(pattern)) {
      throw new InputError(
        `${key}.hosts[${index}].pattern is '${pattern}'. Write a host in lower case, or *.suffix with at least two labels.`,
      );
    }
    const bad = gateways.find(name => !GATEWAY.test(name));
    if (bad !== undefined) {
      throw new InputError(
        `${key}.hosts[${index}].gateways names '${bad}'. Write namespace/name of a Gateway or of a gateway workload.`,
      );
    }
    return {
      pattern,
      clusters: rule.getOptionalStringArray('clusters') ?? [],
      gateways,
    };
  });
}
