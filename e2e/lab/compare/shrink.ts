/** Makes a disagreement small by taking away what it does not need, each step tried on Envoy. */
import type { Lab } from '../client.ts';
import type { Manifest } from '../kube.ts';
import { judgeAcceptance } from './accept.ts';
import { compare, isDisagreement, type Bench } from './bench.ts';
import type { Disagreement } from './report.ts';
import type { SampleRequest } from './requests.ts';

/** Without issuer and keys the engine was told something false of the tokens; empty clauses are not drawn either. */
const INDISPENSABLE = new Set(['issuer', 'jwks', 'source', 'operation']);

/** A policy that selects more would reach the neighbours of its slot, of which nobody tells the engine. */
const UNTOUCHED = new Set(['selector', 'targetRefs']);

/** Every JSON value that is `value` less one array element or one object field. */
function* listReductions(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      yield value.filter((_, at) => at !== index);
    }
    for (let index = 0; index < value.length; index++) {
      for (const smaller of listReductions(value[index])) {
        yield value.map((each, at) => (at === index ? smaller : each));
      }
    }
  } else if (value && typeof value === 'object') {
    const entries = Object.entries(value);
    for (const [key] of entries) {
      if (INDISPENSABLE.has(key) || UNTOUCHED.has(key)) continue;
      yield Object.fromEntries(entries.filter(([other]) => other !== key));
    }
    for (const [key, inner] of entries) {
      if (UNTOUCHED.has(key)) continue;
      for (const smaller of listReductions(inner)) {
        yield { ...value, [key]: smaller };
      }
    }
  }
}

function* reducePolicies(policies: Manifest[]): Generator<Manifest[]> {
  for (let index = 0; index < policies.length; index++) {
    yield policies.filter((_, at) => at !== index);
  }
  for (let index = 0; index < policies.length; index++) {
    for (const spec of listReductions(policies[index].spec)) {
      yield policies.map((each, at) =>
        at === index ? { ...each, spec } : each,
      );
    }
  }
}

function* reduceRequests(request: SampleRequest): Generator<SampleRequest> {
  const described = new Set(request.tokens.map(token => token.name));
  for (const name of Object.keys(request.headers)) {
    if (described.has(name) || name === 'cookie') continue;
    const { [name]: _, ...headers } = request.headers;
    yield { ...request, headers };
  }
  for (const [index, token] of request.tokens.entries()) {
    if (token.in !== 'header') continue;
    // Of several of one name only its own goes.
    const alike = request.tokens.filter(
      other => other.in === 'header' && other.name === token.name,
    );
    const at = alike.indexOf(token);
    const { [token.name!]: values, ...headers } = request.headers;
    const left = [values].flat().filter((_, position) => position !== at);
    if (left.length > 0) {
      headers[token.name!] = left.length === 1 ? left[0] : left;
    }
    const tokens = request.tokens.filter((_, other) => other !== index);
    yield { ...request, headers, tokens };
  }
  const hasParameter = request.tokens.some(token => token.in === 'query');
  if (request.path !== '/' && !hasParameter) yield { ...request, path: '/' };
  if (request.method !== 'GET') yield { ...request, method: 'GET' };
  if (request.host !== 'h.example.com') {
    yield { ...request, host: 'h.example.com' };
  }
}

interface Candidate {
  policies: Manifest[];
  request: SampleRequest;
}

export class Shrinker {
  readonly #lab: Lab;
  readonly #bench: Bench;
  #round = 0;

  constructor(lab: Lab, bench: Bench) {
    this.#lab = lab;
    this.#bench = bench;
  }

  /** Tries up to one candidate per slot; gives those that still disagree, in their order. */
  async #tryAll(candidates: Candidate[]): Promise<Disagreement[]> {
    const generation = `shrink${process.pid}x${this.#round++}`;
    const wanted = candidates.map((candidate, slot) => ({
      candidate,
      policies: this.#bench.instantiate(candidate.policies, slot, generation),
    }));
    const judged = await judgeAcceptance(
      this.#lab,
      wanted.flatMap(each => each.policies),
    );
    const alive = wanted
      .filter(({ policies }) =>
        // All are taken from `judged`, whatever the first says.
        policies.map(() => judged.shift()!).every(({ refusal }) => !refusal),
      )
      .map(({ candidate }) => candidate);
    const sets = alive.map(({ policies }, slot) =>
      this.#bench.instantiate(policies, slot, generation),
    );
    await this.#bench.deploy(sets, generation);
    const found: Disagreement[] = [];
    for (const [slot, { policies, request }] of alive.entries()) {
      const [seen] = await this.#bench.ask(slot, [request]);
      const said = this.#bench.judge(slot, sets[slot])(request);
      if (isDisagreement(compare(said, seen, request))) {
        found.push({ policies, request, said, seen });
      }
    }
    return found;
  }

  /** The smaller cases one step away from `current`, policies first. */
  #listSteps(current: Disagreement): Candidate[] {
    const { policies, request } = current;
    return [
      ...[...reducePolicies(policies)].map(each => ({
        policies: each,
        request,
      })),
      ...[...reduceRequests(request)].map(each => ({
        policies,
        request: each,
      })),
    ];
  }

  /**
   * The smallest case found within `forMs` in which engine and Envoy still answer with the statuses
   * of `start`.
   */
  async shrink(start: Disagreement, forMs = 10_000): Promise<Disagreement> {
    const tried = new Set<string>();
    const deadline = Date.now() + forMs;
    let best = start;
    while (Date.now() < deadline) {
      const batch = this.#listSteps(best)
        .filter(each => !tried.has(JSON.stringify(each)))
        .slice(0, this.#bench.slots);
      if (batch.length === 0) break;
      batch.forEach(each => tried.add(JSON.stringify(each)));
      const smaller = (await this.#tryAll(batch)).find(
        ({ seen, said }) =>
          seen.status === start.seen.status &&
          said.status === start.said.status,
      );
      if (smaller) best = smaller;
    }
    return best;
  }
}
