import {
  Exposure,
  IssuerUse,
  ResourceRef,
  ServiceAssessment,
  WayInAssessment,
  worstState,
} from '../model';
import { Mesh } from '../attach/Mesh';
import { ResolvedWayIn, waysInOf } from '../attach/waysIn';
import { programForHost } from '../compile/programForHost';
import { JwtProvider, Program } from '../compile/program';
import { findProblems } from '../analyse/findProblems';
import { isByProxyOfOthers, programsOfHttp } from '../analyse/rules';
import { AnalysedExposure, WayInAnalysis } from '../exposures/analysis';
import { analyseByForm } from '../exposures/analyseByForm';
import { stateOf } from './stateOf';
import { Family } from '../queries/queries';

const ASSESSMENT = new Family({ isBrief: true });

/** A way in with everything that was found out about it. */
export interface AnalysedWayIn extends ResolvedWayIn {
  programs: readonly Program[];
  analysis: WayInAnalysis;
  assessment: WayInAssessment;
}

/**
 * What the configuration says about a Service: every way in with its state and what passes without
 * a valid token, and what is misconfigured. Cached in the mesh; the same object comes back until
 * something that it depends on changes.
 *
 * @public
 */
export function assessService(
  mesh: Mesh,
  service: { namespace: string; name: string },
): ServiceAssessment {
  const { namespace, name } = service;
  return mesh.queries.get(ASSESSMENT, `${namespace}/${name}`, () =>
    assess(mesh, { namespace, name }),
  );
}

function assess(
  mesh: Mesh,
  service: { namespace: string; name: string },
): ServiceAssessment {
  const all = waysInOf(mesh, service).map(resolved => analyse(mesh, resolved));
  const used = all.filter(way => !isClosed(way));
  // Where everybody is refused by every way, that is what there is to tell.
  const waysIn = used.length > 0 ? used : all;
  const assessments = waysIn.map(({ assessment }) => assessment);
  const state = worstState(assessments.map(item => item.state));
  const worst = assessments.find(item => item.state === state);
  return {
    service,
    state,
    reason: worst
      ? `${describe(worst)}: ${worst.reason}`
      : emptyReason(mesh, service),
    waysIn: assessments,
    issuers: uniqueIssuers(assessments.flatMap(({ issuers }) => issuers)),
    policies: uniqueRefs(assessments),
    findings: findProblems({
      mesh,
      service,
      waysIn,
      analyseOther: other =>
        waysInOf(mesh, other)
          .filter(({ wayIn }) => isByProxyOfOthers(wayIn))
          .map(resolved => analyse(mesh, resolved)),
    }),
  };
}

function analyse(mesh: Mesh, resolved: ResolvedWayIn): AnalysedWayIn {
  const { wayIn } = resolved;
  const programs = wayIn.hops.map(({ proxy, protocol }) =>
    programForHost(mesh, proxy, wayIn.host, protocol),
  );
  const analysis = analyseByForm(mesh, wayIn, programs);
  const { state, reason } = stateOf(resolved, programs, analysis);
  const assessment: WayInAssessment = {
    ...wayIn,
    state,
    reason,
    exposures: analysis.exposures.map(toExposure),
    issuers: uniqueIssuers(
      programsOfHttp(resolved.wayIn, programs).flatMap(({ providers }) =>
        providers.map(toIssuerUse),
      ),
    ),
  };
  return { ...resolved, programs, analysis, assessment };
}

/** Whether a way is shut, as it should be: nobody passes but waypoints whose ways in are told of. */
function isClosed({
  passesBy,
  mayBeShut,
  analysis,
  assessment,
}: AnalysedWayIn): boolean {
  if (passesBy === undefined && !mayBeShut) return false;
  if (assessment.state === 'over-blocked') return true;
  return (
    passesBy !== undefined &&
    analysis.unknown === undefined &&
    analysis.exposures.length > 0 &&
    analysis.exposures.every(({ witness }) =>
      passesBy.principals.includes(witness.source?.principal ?? ''),
    )
  );
}

function toExposure({
  summary,
  witness,
  admittedBy,
  everything,
}: AnalysedExposure): Exposure {
  return {
    summary,
    witness,
    ...(admittedBy ? { admittedBy } : {}),
    everything,
  };
}

const issuerUses = new WeakMap<JwtProvider, IssuerUse>();

function toIssuerUse(provider: JwtProvider): IssuerUse {
  let use = issuerUses.get(provider);
  if (!use) issuerUses.set(provider, (use = makeIssuerUse(provider)));
  return use;
}

function makeIssuerUse(provider: JwtProvider): IssuerUse {
  return {
    issuer: provider.issuer,
    audiences: [...provider.audiences],
    jwks: provider.jwks,
    forwardOriginalToken: provider.forward,
    requestAuthentication: provider.policy,
  };
}

function describe({ kind, host, port }: WayInAssessment): string {
  const place = port > 0 ? `${host}:${port}` : host;
  return kind === 'gateway'
    ? `Gateway way in ${place}`
    : `In-mesh way in ${place}`;
}

function emptyReason(
  mesh: Mesh,
  service: { namespace: string; name: string },
): string {
  const stored = mesh.stored('Service', service.namespace, service.name);
  if (!stored) return 'There is no such Service.';
  if (stored.errors.length > 0) return 'The Service is malformed.';
  return 'The Service has no TCP port.';
}

function uniqueRefs(waysIn: WayInAssessment[]): ResourceRef[] {
  const refs = new Set<ResourceRef>();
  for (const { hops } of waysIn) {
    for (const { policies } of hops) {
      for (const { ref } of policies) refs.add(ref);
    }
  }
  return uniqueBy([...refs], textOfRef);
}

const issuerTexts = new WeakMap<IssuerUse, string>();

function uniqueIssuers(issuers: IssuerUse[]): IssuerUse[] {
  return uniqueBy(issuers, issuer => {
    let text = issuerTexts.get(issuer);
    if (text === undefined) {
      issuerTexts.set(issuer, (text = JSON.stringify(issuer)));
    }
    return text;
  });
}

function textOfRef({ kind, namespace, name }: ResourceRef): string {
  return `${kind}/${namespace}/${name}`;
}

/** Of items with one text the last, where the first stood. */
function uniqueBy<T>(items: T[], textOf: (item: T) => string): T[] {
  if (items.length < 2) return items;
  const different = new Map<string, T>();
  for (const item of items) different.set(textOf(item), item);
  return different.size === items.length ? items : [...different.values()];
}
