import { sleep } from '../wait.ts';

export interface WatchedRequest {
  name: string;
  ask(): Promise<{ status: number }>;
  /** The status that it has to be answered with. */
  wanted: number;
}

export interface Watch {
  stop(): Promise<{ asked: number; differing: string[] }>;
}

/** Makes requests in turn, so many times a second, and remembers what was answered otherwise. */
export function watchAnswers(
  requests: WatchedRequest[],
  perSecond: number,
): Watch {
  const differing: string[] = [];
  let asked = 0;
  let isOver = false;
  const running = (async () => {
    // Their routes may be on their way still.
    for (const { ask, wanted } of requests) {
      while (!isOver && (await ask().catch(() => undefined))?.status !== wanted)
        await sleep(100);
    }
    while (!isOver) {
      const { name, ask, wanted } = requests[asked % requests.length];
      asked += 1;
      const started = Date.now();
      const answer = await ask().catch(error => error as Error);
      if (answer instanceof Error) differing.push(`${name}: ${answer.message}`);
      else if (answer.status !== wanted) {
        differing.push(`${name}: ${answer.status}`);
      }
      await sleep(Math.max(0, 1000 / perSecond - (Date.now() - started)));
    }
  })();
  return {
    stop: async () => {
      isOver = true;
      await running;
      return { asked, differing };
    },
  };
}

/** Asks hosts in turn, so many times a second, and remembers what was not answered with 200. */
export const watchHosts = (
  ask: (host: string) => Promise<{ status: number }>,
  hosts: string[],
  perSecond: number,
): Watch =>
  watchAnswers(
    hosts.map(host => ({ name: host, ask: () => ask(host), wanted: 200 })),
    perSecond,
  );
