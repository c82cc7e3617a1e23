import type { Lab } from '../client.ts';
import { sleep } from '../wait.ts';

/** Something that happens to a mesh, for a while. */
export interface Fault {
  name: string;
  begin(lab: Lab): Promise<void>;
  /** Heals it. Repeating it, or doing it without the fault, is harmless. */
  end(lab: Lab): Promise<void>;
}

const stopping = (
  name: string,
  part: Parameters<Lab['stopPart']>[0],
): Fault => ({
  name,
  begin: lab => lab.stopPart(part),
  end: lab => lab.startPart(part),
});

export const FAULTS: Fault[] = [
  stopping('istiod away', 'istiod'),
  stopping('API server away', 'kube-apiserver'),
  {
    name: 'gateway restarted',
    begin: lab => lab.stopPart('proxy-istio-ingressgateway'),
    end: lab => lab.startPart('proxy-istio-ingressgateway'),
  },
  {
    name: 'key server answers 500',
    begin: lab => lab.jwks.set('sample', { status: 500 }),
    end: lab => lab.jwks.set('sample', { status: 200 }),
  },
];

/** Heals all, whatever was going on. */
export async function healAll(lab: Lab): Promise<void> {
  for (const fault of FAULTS) await fault.end(lab);
}

/** In turns, with rests between, until told to stop. */
export class FaultTurns {
  readonly counts = new Map<string, number>();
  /** The one that is going on. */
  current: string | undefined;
  /** When the last one was healed, ms since 1970. */
  healedAt = 0;
  private readonly lab: Lab;
  private readonly lastsMs: number;
  private readonly restMs: number;

  constructor(lab: Lab, lastsMs: number, restMs: number) {
    this.lab = lab;
    this.lastsMs = lastsMs;
    this.restMs = restMs;
  }

  async run(isOver: () => boolean): Promise<void> {
    for (let turn = 0; !isOver(); turn += 1) {
      await sleepUnless(isOver, this.restMs);
      if (isOver()) return;
      const fault = FAULTS[turn % FAULTS.length];
      this.current = fault.name;
      await fault.begin(this.lab);
      await sleepUnless(isOver, this.lastsMs);
      await fault.end(this.lab);
      this.current = undefined;
      this.healedAt = Date.now();
      this.counts.set(fault.name, (this.counts.get(fault.name) ?? 0) + 1);
    }
  }
}

export async function sleepUnless(
  isOver: () => boolean,
  ms: number,
): Promise<void> {
  const until = Date.now() + ms;
  while (!isOver() && Date.now() < until) {
    await sleep(Math.min(500, Math.max(0, until - Date.now())));
  }
}
