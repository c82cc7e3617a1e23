import {
  InjectorConfig,
  isInjectorConfig,
  readInjectorConfig,
} from '../parse/injectorConfig';
import { Reader } from '../parse/reader';
import { LabelSelectorSpec } from '../parse/specs';
import { Family, sameData } from '../queries/queries';
import { istiodNamespaces } from './istiods';
import { matchesLabelSelector } from './labels';
import type { Mesh } from './Mesh';

const INJECTORS = new Family();

/** What the injector makes of a Pod. */
export type Injection =
  | { kind: 'present' }
  | { kind: 'absent' }
  | { kind: 'unknown'; why: string };

export const PRESENT: Injection = { kind: 'present' };
export const ABSENT: Injection = { kind: 'absent' };

interface Injector {
  name: string;
  /** Undefined where it cannot be read. */
  config: InjectorConfig | undefined;
}

/**
 * What injectors make of a Pod that their webhooks select, by their own config (the end of injectRequired in Istio's
 * pkg/kube/inject/inject.go). Without a ConfigMap of theirs they have Istio's defaults.
 *
 * @param wish - what the Pod's own label or annotation says
 */
export function judgeByConfig(
  mesh: Mesh,
  labels: Record<string, string>,
  wish: string | undefined,
): Injection {
  if (wish === 'false') return ABSENT;
  const injectors = injectorsOf(mesh);
  const broken = injectors.find(({ config }) => !config);
  if (broken) {
    return { kind: 'unknown', why: `ConfigMap ${broken.name} cannot be read` };
  }
  const answers = new Set(
    injectors.map(({ config }) => isInjecting(config!, labels, wish)),
  );
  if (answers.size > 1) {
    const names = injectors.map(({ name }) => name).join(' and ');
    return {
      kind: 'unknown',
      why: `ConfigMaps ${names} say different things`,
    };
  }
  return answers.has(false) ? ABSENT : PRESENT;
}

function isInjecting(
  { policy, always, never }: InjectorConfig,
  labels: Record<string, string>,
  wish: string | undefined,
): boolean {
  if (policy !== 'enabled' && policy !== 'disabled') return false;
  if (wish === 'true') return true;
  if (never.some(each => selects(each, labels))) return false;
  return always.some(each => selects(each, labels)) || policy === 'enabled';
}

/** To the injector an empty selector selects nothing. */
function selects(
  selector: LabelSelectorSpec,
  labels: Record<string, string>,
): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const isEmpty =
    Object.keys(matchLabels).length + matchExpressions.length === 0;
  return !isEmpty && matchesLabelSelector(selector, labels);
}

function injectorsOf(mesh: Mesh): readonly Injector[] {
  return mesh.queries.getOne(
    INJECTORS,
    () =>
      istiodNamespaces(mesh)
        .flatMap(place => mesh.inNamespace('ConfigMap', place))
        .filter(({ resource }) => isInjectorConfig(resource))
        .map(({ namespace, name, resource }) => {
          const reader = new Reader();
          const config = readInjectorConfig(resource, reader);
          const isSound = reader.errors.length === 0;
          return {
            name: `${namespace}/${name}`,
            config: isSound ? config : undefined,
          };
        }),
    sameData,
  );
}
