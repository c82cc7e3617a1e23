import { setTimeout as sleep } from 'node:timers/promises';
import type { Harness } from './support.ts';

/** Asks hosts in turn, so many times a second, and remembers what was not answered with 200. */
export function watchNeighbours(
  h: Harness,
  hosts: string[],
  perSecond: number,
): { stop(): Promise<{ asked: number; differing: string[] }> } {
  const stopping = new AbortController();
  const differing: string[] = [];
  let asked = 0;
  const running = (async () => {
    while (!stopping.signal.aborted) {
      const host = hosts[asked % hosts.length];
      asked += 1;
      const started = Date.now();
      const answer = await h.atGateway(host).catch(error => error as Error);
      if (answer instanceof Error || answer.status !== 200) {
        differing.push(
          `${host}: ${
            answer instanceof Error ? answer.message : answer.status
          }`,
        );
      }
      await sleep(Math.max(0, 1000 / perSecond - (Date.now() - started)));
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await running;
      return { asked, differing };
    },
  };
}
