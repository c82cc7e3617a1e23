import { Observation, ProbeRun } from 'backstage-plugin-istio-jwt-common';
import { ProbesConfig } from '../config';
import { AddressGuard } from './AddressGuard';
import { Forger } from './Forger';
import { GatewayClient } from './GatewayClient';
import { GatewayPacer, PacedRun } from './GatewayPacer';
import { ObservationWriter } from './ObservationWriter';
import { WayInPlan } from './planProbes';
import { ProbeTools } from './ProbeTools';
import { explainProbe, runProbe } from './probeWayIn';
import { ReachedWayIn, reachWayIn } from './reachWayIn';
import { Settling } from './Settling';
import { takeTurns } from './takeTurns';
import { TokenSources } from './tokenSources';

/** What probes are sent with, and who hears of their answers. */
export interface ProbingTools {
  config: ProbesConfig;
  guard: AddressGuard;
  forger: Forger;
  tokenSources: TokenSources;
  /** Public keys that an issuer published, as far as they were read. Default: none are known. */
  listPublicKeys?: ProbeTools['listPublicKeys'];
  pacer: GatewayPacer;
  /** For tests: ms from a change until all proxies follow it. */
  settleMs?: number;
  /** Called with a copy of a run whenever it moved on. Must not throw. */
  onProgress: (run: ProbeRun) => void;
}

/** Sends all probes of a run, one way in after the other, and keeps `run` as far as it has come. */
export async function probeWaysIn(
  run: ProbeRun,
  plans: readonly WayInPlan[],
  writer: ObservationWriter,
  paced: PacedRun,
  tools: ProbingTools,
): Promise<void> {
  const { guard, config, onProgress } = tools;
  const { signal } = paced;
  const settling = new Settling(tools.settleMs);
  const done: (Observation | undefined)[] = new Array(run.total);
  let offset = 0;
  for (const plan of plans) {
    if (signal.aborted) {
      return;
    }
    const reached = await reachWayIn(plan, guard, config);
    const { reach, target } = reached;
    const probeTools: ProbeTools = {
      ...toolsFor(reached, paced, tools),
      settling,
      tell: note => {
        paced.notes.add(note);
        run.notes = [...paced.notes];
        onProgress({ ...run });
      },
    };
    run.targets = [...run.targets, target];
    writer.setTargets(run.targets);
    const first = offset;
    offset += plan.probes.length;
    try {
      await Promise.all(
        plan.probes.map(async (probe, index) => {
          const observation = await runProbe(plan, probe, reach, probeTools);
          if (signal.aborted) {
            return;
          }
          writer.add(first + index, observation);
          done[first + index] = observation;
          run.observations = done.filter(
            (item): item is Observation => item !== undefined,
          );
          onProgress({ ...run });
        }),
      );
      const observations = done.slice(first, offset);
      await explain(run, plan, observations, reached, probeTools, onProgress);
      writer.setTargets(run.targets);
    } finally {
      if (reach.kind === 'client') {
        await reach.client.close();
      }
    }
  }
}

function toolsFor(
  { reach, rateKey }: ReachedWayIn,
  paced: PacedRun,
  { config, forger, tokenSources, listPublicKeys, pacer }: ProbingTools,
): Omit<ProbeTools, 'settling' | 'tell'> {
  const send: ProbeTools['throttle'] = request =>
    pacer.send(rateKey, paced, request);
  const inTurn = takeTurns();
  return {
    forger,
    tokenSources,
    listPublicKeys: listPublicKeys ?? (() => []),
    config,
    signal: paced.signal,
    throttle:
      reach.kind === 'client' && reach.client instanceof GatewayClient
        ? request => inTurn(() => send(request))
        : send,
  };
}

/** Looks into the first answer of a way in that disagrees; the others have the same cause, as a rule. */
async function explain(
  run: ProbeRun,
  plan: WayInPlan,
  observations: readonly (Observation | undefined)[],
  { reach, target }: ReachedWayIn,
  tools: ProbeTools,
  onProgress: (run: ProbeRun) => void,
): Promise<void> {
  const index = observations.findIndex(item => item?.result === 'disagrees');
  const observation = observations[index];
  if (!observation || tools.signal.aborted) return;
  const mismatch = await explainProbe(
    plan,
    plan.probes[index],
    observation,
    reach,
    target.address,
    tools,
  );
  if (!mismatch) return;
  run.targets = run.targets.map(each =>
    each === target ? { ...target, mismatch } : each,
  );
  onProgress({ ...run });
}
