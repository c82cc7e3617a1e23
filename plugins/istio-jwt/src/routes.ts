import { parseEntityRef } from '@backstage/catalog-model';
import {
  createExternalRouteRef,
  createRouteRef,
  useRouteRef,
} from '@backstage/core-plugin-api';
import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router-dom';

/**
 * The JWT tab of an entity page.
 *
 * @public
 */
export const entityContentRouteRef = createRouteRef({ id: 'istio-jwt' });

/**
 * The coverage page.
 *
 * @public
 */
export const coverageRouteRef = createRouteRef({ id: 'istio-jwt-coverage' });

/**
 * The form of a software template, where the portal has the scaffolder.
 *
 * @public
 */
export const templateRouteRef = createExternalRouteRef({
  id: 'template',
  optional: true,
  params: ['namespace', 'templateName'],
  defaultTarget: 'scaffolder.selectedTemplate',
});

/** Makes addresses of templates' forms, with values filled in. Undefined where the portal has no such page. */
export function useTemplateLink():
  | ((template: string, values: Record<string, string>) => string)
  | undefined {
  const route = useOptionalTemplateRoute();
  return (
    route &&
    ((template, values) => {
      const { namespace, name } = parseEntityRef(template);
      const query = new URLSearchParams({ formData: JSON.stringify(values) });
      return `${route({ namespace, templateName: name })}?${query}`;
    })
  );
}

function useOptionalTemplateRoute() {
  try {
    return useRouteRef(templateRouteRef);
  } catch {
    return undefined;
  }
}

/** Path of the JWT tab of the entity in view; undefined where the portal does not mount the tab. */
export function useTabPath(): string | undefined {
  try {
    return useRouteRef(entityContentRouteRef)();
  } catch {
    return undefined;
  }
}

/*
 * What the tab shows is part of its address, so that it can be linked to and "back" works. It is in
 * the query: what stands behind a tab's path is matched differently by the two frontend systems.
 * Nothing that a person typed goes into it.
 */
export type TabView =
  | { kind: 'overview' }
  | { kind: 'enable' }
  | { kind: 'adopt' }
  | {
      kind: 'change' | 'disable' | 'release' | 'restore' | 'accept';
      enablementId: string;
    }
  | { kind: 'operation'; enablementId: string }
  | { kind: 'inspect' }
  | { kind: 'refusal' };

const VIEW = 'jwt';
const OPERATION = 'operation';

/** Address of a view of the tab. */
export function linkToView(tabPath: string | undefined, view: TabView): string {
  const query = writeView(view).toString();
  return `${tabPath ?? ''}${query && `?${query}`}`;
}

/** The view that the address asks for, and the means to go to another. */
export function useTabView(): {
  view: TabView;
  show: (view: TabView) => void;
} {
  const [params, setParams] = useSearchParams();
  const name = params.get(VIEW) ?? '';
  const enablementId = params.get(OPERATION) ?? '';
  const view = useMemo(
    () => readView(name, enablementId),
    [name, enablementId],
  );
  const show = useCallback(
    (next: TabView) => setParams(writeView(next)),
    [setParams],
  );
  return { view, show };
}

function writeView(view: TabView): URLSearchParams {
  const params = new URLSearchParams();
  if (view.kind !== 'overview') {
    params.set(VIEW, view.kind);
  }
  if ('enablementId' in view) {
    params.set(OPERATION, view.enablementId);
  }
  return params;
}

function readView(name: string, enablementId: string): TabView {
  switch (name) {
    case 'adopt':
    case 'enable':
    case 'inspect':
    case 'refusal':
      return { kind: name };
    case 'change':
    case 'disable':
    case 'release':
    case 'restore':
    case 'accept':
    case 'operation':
      return enablementId ? { kind: name, enablementId } : { kind: 'overview' };
    default:
      return { kind: 'overview' };
  }
}
