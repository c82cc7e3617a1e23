import { watchHosts } from '../../lab/portal/watchHosts.ts';
import type { Harness } from './support.ts';

/** Asks hosts of the shared gateway in turn, so many times a second. */
export const watchNeighbours = (
  h: Harness,
  hosts: string[],
  perSecond: number,
) => watchHosts(host => h.atGateway(host), hosts, perSecond);
