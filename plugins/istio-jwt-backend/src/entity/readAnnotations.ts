import { Entity } from '@backstage/catalog-model';
import {
  ANNOTATION_HOSTS,
  ANNOTATION_KUBERNETES_CLUSTER,
  ANNOTATION_KUBERNETES_ID,
  ANNOTATION_KUBERNETES_LABEL_SELECTOR,
  ANNOTATION_KUBERNETES_NAMESPACE,
  ANNOTATION_PROBE_PATHS,
  StatusProblem,
} from 'backstage-plugin-istio-jwt-common';
import { listOwners } from './ownership';
import { LabelSelector, parseLabelSelector } from './parseLabelSelector';

/** What an entity's annotations ask for. */
export interface EntityTarget {
  selector: LabelSelector;
  /** The selector as written, for messages. */
  selectorText: string;
  namespace?: string;
  cluster?: string;
  /** Of the entity, by the catalog's relations. */
  owners: string[];
  /** Lower case. Empty: all. */
  hosts: string[];
  /** Empty: chosen from the routes. */
  probePaths: string[];
}

export type TargetResult =
  | { ok: true; target: EntityTarget }
  | { ok: false; problem: StatusProblem };

const MAX_ITEMS = 20;
/** In characters. Owners of entities write annotations, and every reading of a status parses them. */
const MAX_LENGTHS: Record<string, number> = {
  [ANNOTATION_KUBERNETES_LABEL_SELECTOR]: 2000,
  [ANNOTATION_KUBERNETES_ID]: 253,
  [ANNOTATION_KUBERNETES_NAMESPACE]: 253,
  [ANNOTATION_KUBERNETES_CLUSTER]: 253,
  [ANNOTATION_HOSTS]: 6000,
  [ANNOTATION_PROBE_PATHS]: 22_000,
};
const HOST = /^(\*\.)?[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;
/** Visible ASCII without space, `#` and quotes: nothing that could leave the request line. */
const PATH = /^\/[\x21\x24-\x7e]{0,1023}$/;

/** Reads the annotations that tie an entity to Kubernetes Services. */
export function readAnnotations(entity: Entity): TargetResult {
  const annotations = entity.metadata.annotations ?? {};
  for (const [annotation, limit] of Object.entries(MAX_LENGTHS)) {
    const { length } = annotations[annotation] ?? '';
    if (length > limit) {
      return {
        ok: false,
        problem: {
          code: 'invalid-annotation',
          message: `The annotation ${annotation} has ${length} characters and is not read.`,
          fix: `Write at most ${limit} characters.`,
        },
      };
    }
  }
  const selectorText = annotations[ANNOTATION_KUBERNETES_LABEL_SELECTOR];
  const id = annotations[ANNOTATION_KUBERNETES_ID];
  const text =
    selectorText ?? (id && `${ANNOTATION_KUBERNETES_ID}=${id.trim()}`);
  if (!text) {
    return {
      ok: false,
      problem: {
        code: 'no-annotations',
        message:
          'This entity does not say which Kubernetes Services belong to it.',
        fix: `Add the annotation ${ANNOTATION_KUBERNETES_LABEL_SELECTOR} (such as app=my-service) or ${ANNOTATION_KUBERNETES_ID} to its catalog-info.yaml, and ${ANNOTATION_KUBERNETES_NAMESPACE} to narrow the search.`,
      },
    };
  }
  const selector = parseLabelSelector(text);
  if (!selector) {
    return refuse(
      selectorText
        ? ANNOTATION_KUBERNETES_LABEL_SELECTOR
        : ANNOTATION_KUBERNETES_ID,
      selectorText ?? id,
      'Write a Kubernetes label selector, such as app=my-service,tier in (web).',
    );
  }
  const hosts = readList(annotations[ANNOTATION_HOSTS]).map(host =>
    host.toLowerCase(),
  );
  const badHost = hosts.find(host => !HOST.test(host));
  if (badHost !== undefined || hosts.length > MAX_ITEMS) {
    return refuse(
      ANNOTATION_HOSTS,
      badHost ?? `${hosts.length} hosts`,
      `Write at most ${MAX_ITEMS} host names separated by commas, without scheme and port.`,
    );
  }
  const probePaths = readList(annotations[ANNOTATION_PROBE_PATHS]);
  const badPath = probePaths.find(path => !PATH.test(path));
  if (badPath !== undefined || probePaths.length > MAX_ITEMS) {
    return refuse(
      ANNOTATION_PROBE_PATHS,
      badPath ?? `${probePaths.length} paths`,
      `Write at most ${MAX_ITEMS} paths separated by commas, each starting with a slash.`,
    );
  }
  return {
    ok: true,
    target: {
      selector,
      selectorText: text,
      namespace: annotations[ANNOTATION_KUBERNETES_NAMESPACE] || undefined,
      cluster: annotations[ANNOTATION_KUBERNETES_CLUSTER] || undefined,
      owners: listOwners(entity),
      hosts,
      probePaths,
    },
  };
}

function refuse(annotation: string, value: string, fix: string): TargetResult {
  return {
    ok: false,
    problem: {
      code: 'invalid-annotation',
      message: `The annotation ${annotation} cannot be read: '${value.slice(
        0,
        100,
      )}'.`,
      fix,
    },
  };
}

function readList(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map(item => item.trim())
    .filter(Boolean);
}
