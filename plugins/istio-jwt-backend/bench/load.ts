/** Sends requests at a fixed rate, from a process of its own, and tells how long they took. */

export interface LoadResult {
  sent: number;
  failed: number;
  /** ms */
  p50: number;
  p99: number;
  max: number;
}

interface LoadRequest {
  base: string;
  headers: Record<string, string>;
  paths: string[];
  /** Requests a second. */
  rate: number;
  seconds: number;
}

process.on('disconnect', () => process.exit());

process.on('message', async (request: LoadRequest) => {
  process.send!({ loadResult: await run(request) });
});

async function run(request: LoadRequest): Promise<LoadResult> {
  const { base, headers, paths, rate, seconds } = request;
  const answers: Promise<Answer>[] = [];
  const startedAt = performance.now();
  const total = rate * seconds;
  for (let index = 0; index < total; index++) {
    // By the clock: who waits for answers asks less while they are slow, and does not see it.
    const dueAt = startedAt + (index * 1000) / rate;
    const wait = dueAt - performance.now();
    if (wait > 1) {
      await new Promise(resolve => {
        setTimeout(resolve, wait);
      });
    }
    const path = paths[Math.floor((index * paths.length) / total)];
    answers.push(ask(base + path, headers, dueAt));
  }
  const answered = await Promise.all(answers);
  const failed = answered.filter(({ ok }) => !ok).length;
  const times = answered.map(({ ms }) => ms);
  times.sort((a, b) => a - b);
  const at = (q: number) =>
    times[Math.min(times.length - 1, Math.floor(times.length * q))];
  return { sent: total, failed, p50: at(0.5), p99: at(0.99), max: at(1) };
}

interface Answer {
  ok: boolean;
  ms: number;
}

async function ask(
  url: string,
  headers: Record<string, string>,
  dueAt: number,
): Promise<Answer> {
  const ok = await fetch(url, { headers }).then(
    async response => {
      await response.text();
      return response.ok;
    },
    () => false,
  );
  return { ok, ms: performance.now() - dueAt };
}
