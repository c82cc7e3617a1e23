import { type Tri } from '../match/tri';
import { ProxyRef } from '../model';
import {
  IstiodSwitch,
  ISTIOD_SWITCHES,
  ISTIOD_TEXTS,
} from '../parse/istiodSettings';
import { Family, sameData } from '../queries/queries';
import { hasSetting, readSwitch } from './containers';
import { istiodContainerOf, istiodsOf } from './istiods';
import type { Mesh } from './Mesh';
import { GATEWAY_NAME_LABEL } from './policies';

const SETTINGS = new Family();

const NOTHING: readonly string[] = [];

/** What the istiods of a mesh have set; `unknown` where they differ, or take it from elsewhere. */
interface Settings {
  switches: Readonly<Record<IstiodSwitch, Tri>>;
  /** Names of those of which one is not empty. */
  texts: readonly string[];
}

/** Switches without which a proxy is told otherwise, or nothing, in ways that are not followed. */
const NEEDED: readonly [IstiodSwitch, (proxy: ProxyRef) => boolean][] = [
  ['PILOT_ENABLE_AMBIENT', isAmbient],
  ['PILOT_ENABLE_AMBIENT_WAYPOINTS', isWaypoint],
  ['ENABLE_INGRESS_WAYPOINT_ROUTING', isWaypoint],
  [
    'PILOT_ENABLE_GATEWAY_API',
    proxy => isWaypoint(proxy) || isApiGateway(proxy),
  ],
  ['ENABLE_SELECTOR_BASED_K8S_GATEWAY_POLICY', isApiGateway],
];

/**
 * A switch of the environment of all istiods of a mesh; `undefined` where no istiod's environment is among the
 * objects, so that what istiod does by default is all there is to go by.
 */
export function readIstiodSwitch(
  mesh: Mesh,
  name: IstiodSwitch,
): Tri | undefined {
  return settingsOf(mesh)?.switches[name];
}

/** What istiods have set by which it cannot be told what they make of a proxy; one sentence each. */
export function settingsAgainst(
  mesh: Mesh,
  proxy: ProxyRef,
): readonly string[] {
  const settings = settingsOf(mesh);
  if (!settings) return NOTHING;
  return [
    ...settings.texts.map(
      name =>
        `istiod has ${name}, and what it then tells proxies is not followed`,
    ),
    ...NEEDED.flatMap(([name, isFor]) =>
      isFor(proxy) ? doubtBy(name, settings.switches[name]) : [],
    ),
  ];
}

function doubtBy(name: IstiodSwitch, value: Tri): string[] {
  switch (value) {
    case true:
      return [];
    case false:
      return [
        `istiod has ${name} off, and what it then tells this proxy is not followed`,
      ];
    default:
      return [
        `whether istiod has ${name} on, without which it tells this proxy something else, is not known`,
      ];
  }
}

function settingsOf(mesh: Mesh): Settings | undefined {
  return mesh.queries.getOne(SETTINGS, () => readSettings(mesh), sameData);
}

function readSettings(mesh: Mesh): Settings | undefined {
  const containers = istiodsOf(mesh).flatMap(
    istiod => istiodContainerOf(istiod) ?? [],
  );
  if (containers.length === 0) return undefined;
  const entries = Object.entries(ISTIOD_SWITCHES).map(([name, byDefault]) => {
    const [value, ...others] = containers.map(container =>
      readSwitch(container, name, byDefault),
    );
    return [name, others.every(other => other === value) ? value : 'unknown'];
  });
  return {
    switches: Object.fromEntries(entries),
    texts: ISTIOD_TEXTS.filter(name =>
      containers.some(container => hasSetting(container, name)),
    ),
  };
}

function isWaypoint({ kind }: ProxyRef): boolean {
  return kind === 'waypoint';
}

function isAmbient({ kind }: ProxyRef): boolean {
  return kind === 'waypoint' || kind === 'ztunnel';
}

function isApiGateway({ kind, labels }: ProxyRef): boolean {
  return kind === 'gateway' && GATEWAY_NAME_LABEL in labels;
}
