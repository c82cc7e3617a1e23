import { WayIn } from '../model';
import { Mesh } from '../attach/Mesh';
import { Program } from '../compile/program';
import { allRules } from '../compile/ruleSet';
import { analyseWayIn } from './analyseWayIn';
import { AnalysedExposure, WayInAnalysis } from './analysis';
import { formOf } from './forms';

/** An analysis with the names in it: they are put in anew for every way in of the same form. */
interface KnownAnalysis {
  analysis: WayInAnalysis;
  /** Of the way in that was analysed. Where a host stands, this one does, with or without a port. */
  host: string;
  /** For each exposure the place of the rule that admits it, in its proxy's ALLOW filter. */
  rules: readonly number[];
}

/** Nothing to rename: no ALLOW rule admits the exposure. */
const NO_RULE = -1;

/** Analyses kept for one mesh: a bound on memory under churn. */
const MAX_KNOWN = 5000;

const knownAnalyses = new WeakMap<Mesh, Map<string, KnownAnalysis>>();

/**
 * As {@link analyseWayIn}, which it runs once for all ways in of a mesh that differ by nothing but the
 * names of their hosts and policies.
 */
export function analyseByForm(
  mesh: Mesh,
  wayIn: WayIn,
  programs: readonly Program[],
): WayInAnalysis {
  const form = formOf(mesh, wayIn, programs);
  if (form === undefined) return analyseWayIn(mesh, wayIn, programs);
  let known = knownAnalyses.get(mesh);
  if (!known) knownAnalyses.set(mesh, (known = new Map()));
  const found = known.get(form);
  if (found) return rename(found, wayIn, programs);
  const analysis = analyseWayIn(mesh, wayIn, programs);
  // The reason names objects.
  if (analysis.unknown !== undefined) return analysis;
  if (known.size >= MAX_KNOWN) known.clear();
  const rules = analysis.exposures.map(exposure =>
    placeOfRule(exposure, wayIn, programs),
  );
  known.set(form, { analysis, rules, host: wayIn.host });
  return analysis;
}

function placeOfRule(
  { admittedBy, admittedAt }: AnalysedExposure,
  wayIn: WayIn,
  programs: readonly Program[],
): number {
  if (admittedAt === undefined) return NO_RULE;
  return rulesAt(admittedAt, wayIn, programs).findIndex(
    // Every rule has a reference of its own to its policy.
    ({ policy }) => policy === admittedBy,
  );
}

function rulesAt(hop: number, wayIn: WayIn, programs: readonly Program[]) {
  return allRules(programs[hop][wayIn.hops[hop].protocol].allow);
}

function rename(
  { analysis, rules, host: before }: KnownAnalysis,
  wayIn: WayIn,
  programs: readonly Program[],
): WayInAnalysis {
  const { host } = wayIn;
  return {
    ...analysis,
    exposures: analysis.exposures.map((exposure, index) => {
      const { witness, admittedAt, summary, hostAt } = exposure;
      return {
        ...exposure,
        ...(admittedAt === undefined
          ? {}
          : {
              admittedBy: rulesAt(admittedAt, wayIn, programs)[rules[index]]
                .policy,
            }),
        ...(hostAt === undefined
          ? {}
          : {
              summary: `${summary.slice(0, hostAt)}${host}${summary.slice(
                hostAt + before.length,
              )}`,
            }),
        witness: {
          ...witness,
          ...(witness.host === undefined
            ? {}
            : { host: `${host}${witness.host.slice(before.length)}` }),
          ...('sni' in witness ? { sni: host } : {}),
        },
      };
    }),
  };
}
