import { isSubsetHost } from '../attach/hosts';
import { bareHost } from '../compile/program';
import { WayIn } from '../model';
import type { Option, Options } from './dimensions';
import { Patterns } from './patterns';
import { signatureOf } from './signature';
import { representatives } from './strings';

/** What a client does that does not mean to pass anything by. */
const AS_HOST: Option = {
  label: 'SNI as the host',
  signature: 'host',
  apply: request => request,
};

/**
 * Server names of TLS that policies tell apart. Where the gateway ends TLS, they say which of its servers
 * takes the connection, and nothing of the host that is asked for behind; where it does not, they are the
 * host.
 */
export function serverNameOptions(wayIn: WayIn, patterns: Patterns): Options {
  const isPlain = wayIn.protocol === 'http' || wayIn.protocol === 'tcp';
  if (patterns.sni.length === 0) return { options: [], complete: true };
  if (isPlain) {
    // A gateway's port without TLS sees none; mutual TLS inside the mesh carries one of Istio's own.
    const isBare = wayIn.kind === 'gateway' && wayIn.protocol === 'http';
    return { options: isBare ? [toOption('')] : [], complete: true };
  }
  const { values, complete } = representatives(patterns.sni, { start: '' });
  const host = bareHost(wayIn.host);
  if (wayIn.protocol === 'https') {
    const names = new Set([
      ...values,
      ...values.map(name => besides(host, name)),
    ]);
    // Each for itself: another server may take what no policy tells apart.
    return { options: [AS_HOST, ...[...names].map(toOption)], complete };
  }
  const options = [host, ...values]
    .filter(sni => sni !== '' && isSubsetHost(sni, wayIn.host))
    .map(sni => ({
      ...toOption(sni),
      signature: signatureOf(patterns.sni, sni),
    }));
  return { options, complete };
}

/** A name under whatever wildcard the host is under. */
function besides(host: string, name: string): string {
  const parent = host.replace(/^[^.]*/, '');
  return `${name.replace(/\.$/, '') || 'x'}${parent}`;
}

function toOption(sni: string): Option {
  return {
    label: sni === '' ? 'no SNI' : `SNI ${sni}`,
    signature: sni,
    apply: request => ({ ...request, sni }),
  };
}
