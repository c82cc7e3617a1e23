import {
  CoverageFilter,
  CoverageSort,
} from 'backstage-plugin-istio-jwt-common';
import { STATES_WORST_FIRST } from '../format/rankStates';
import { looksLikeToken } from './looksLikeToken';

/*
 * What the coverage page shows is part of its address, so that it can be linked to, saved as a view
 * and gone back to. Cursors are not: they age.
 */

export const COVERAGE_VIEWS = [
  'services',
  'findings',
  'owners',
  'systems',
  'issuers',
  'gateways',
  'exceptions',
] as const;

export type CoverageView = (typeof COVERAGE_VIEWS)[number];

/** Which exception is looked at. */
export type ExceptionFocus =
  | { kind: 'list' }
  | { kind: 'one'; id: string }
  /** A new one; `service` as `cluster/namespace/name` where it is known. */
  | { kind: 'new'; service?: string };

export interface CoverageAddress {
  view: CoverageView;
  filter: CoverageFilter;
  sort: CoverageSort;
  order: 'asc' | 'desc';
  exception: ExceptionFocus;
}

const SORTS: CoverageSort[] = [
  'title',
  'state',
  'owner',
  'system',
  'namespace',
  'cluster',
  'findings',
  'lastProbe',
];

/** Of these an empty text means "none", of the others nothing. */
const TEXTS_WITH_NONE = ['owner', 'system', 'issuer', 'gateway'] as const;
const TEXTS = ['namespace', 'cluster', 'soleIssuer', 'finding'] as const;
const MAX_TEXT = 500;
const MAX_SEARCH = 200;

/** Whoever opens the page sees the worst first. */
export const DEFAULT_ADDRESS: CoverageAddress = {
  view: 'services',
  filter: {},
  sort: 'state',
  order: 'asc',
  exception: { kind: 'list' },
};

/** Reads an address; what it does not understand is left out. */
export function readAddress(params: URLSearchParams): CoverageAddress {
  const sort = SORTS.find(each => each === params.get('sort'));
  return {
    view:
      COVERAGE_VIEWS.find(each => each === params.get('view')) ??
      DEFAULT_ADDRESS.view,
    filter: readFilter(params),
    sort: sort ?? DEFAULT_ADDRESS.sort,
    order: params.get('order') === 'desc' ? 'desc' : 'asc',
    exception: readException(params),
  };
}

/** The shortest query of an address. */
export function writeAddress(address: CoverageAddress): URLSearchParams {
  const { view, filter, sort, order, exception } = address;
  const params = new URLSearchParams();
  if (view !== DEFAULT_ADDRESS.view) {
    params.set('view', view);
  }
  for (const [name, value] of Object.entries(filter)) {
    if (value !== undefined && !(Array.isArray(value) && value.length === 0)) {
      params.set(name, String(value));
    }
  }
  if (sort !== DEFAULT_ADDRESS.sort) {
    params.set('sort', sort);
  }
  if (order !== DEFAULT_ADDRESS.order) {
    params.set('order', order);
  }
  if (exception.kind === 'one') {
    params.set('exception', exception.id);
  }
  if (exception.kind === 'new') {
    params.set('exception', 'new');
    if (exception.service) {
      params.set('for', exception.service);
    }
  }
  return params;
}

function readFilter(params: URLSearchParams): CoverageFilter {
  const filter: CoverageFilter = {};
  const q = params.get('q')?.slice(0, MAX_SEARCH);
  if (q && !looksLikeToken(q)) {
    filter.q = q;
  }
  const asked = params.get('state')?.split(',') ?? [];
  const state = STATES_WORST_FIRST.filter(each => asked.includes(each));
  if (state.length > 0) {
    filter.state = state;
  }
  for (const name of TEXTS_WITH_NONE) {
    const value = params.get(name);
    if (value !== null) {
      filter[name] = value.slice(0, MAX_TEXT);
    }
  }
  for (const name of TEXTS) {
    const value = params.get(name);
    if (value) {
      filter[name] = value.slice(0, MAX_TEXT);
    }
  }
  const claimed = params.get('claimed');
  if (claimed === 'true' || claimed === 'false') {
    filter.claimed = claimed === 'true';
  }
  return filter;
}

function readException(params: URLSearchParams): ExceptionFocus {
  const id = params.get('exception');
  if (!id) {
    return { kind: 'list' };
  }
  if (id !== 'new') {
    return { kind: 'one', id };
  }
  const service = params.get('for');
  return service ? { kind: 'new', service } : { kind: 'new' };
}
