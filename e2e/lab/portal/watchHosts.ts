import { sleep } from '../wait.ts';

/** Asks hosts in turn, so many times a second, and remembers what was not answered with 200. */
export function watchHosts(
  ask: (host: string) => Promise<{ status: number }>,
  hosts: string[],
  perSecond: number,
): { stop(): Promise<{ asked: number; differing: string[] }> } {
  const differing: string[] = [];
  let asked = 0;
  let isOver = false;
  const running = (async () => {
    // Their routes may be on their way still.
    for (const host of hosts) {
      while (
        !isOver &&
        (await ask(host).catch(() => undefined))?.status !== 200
      )
        await sleep(100);
    }
    while (!isOver) {
      const host = hosts[asked % hosts.length];
      asked += 1;
      const started = Date.now();
      const answer = await ask(host).catch(error => error as Error);
      if (answer instanceof Error) differing.push(`${host}: ${answer.message}`);
      else if (answer.status !== 200) {
        differing.push(`${host}: ${answer.status}`);
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
