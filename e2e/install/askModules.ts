/** Asks a portal that runs what the modules for other plugins gave it. */
import { waitFor } from '../lab/wait.ts';
import { say } from './commands.ts';

const ENTITY = 'component:default/payments';
const ACTIONS = [
  'istio-jwt:plan',
  'istio-jwt:propose',
  'istio-jwt:write-policies',
];
/** A retriever runs every minute, on its backend's own schedule. */
const PATIENCE_MS = 240_000;

type Ask = (path: string) => Promise<any>;

async function signIn(backend: string): Promise<Ask> {
  const answer = await fetch(`${backend}/api/auth/guest/refresh`, {
    headers: { 'x-requested-with': 'XMLHttpRequest' },
  });
  const { backstageIdentity } = await answer.json();
  return async path => {
    const { ok, status, body } = await fetch(`${backend}${path}`, {
      headers: { authorization: `Bearer ${backstageIdentity.token}` },
    }).then(async each => ({
      ok: each.ok,
      status: each.status,
      body: await each.text(),
    }));
    if (!ok) throw new Error(`${path}: ${status} ${body.slice(0, 300)}`);
    return JSON.parse(body);
  };
}

async function askScaffolder(ask: Ask): Promise<void> {
  const actions: { id: string }[] = await ask('/api/scaffolder/v2/actions');
  const ours = actions
    .map(({ id }) => id)
    .filter(id => id.startsWith('istio-jwt:'))
    .sort();
  if (ours.join() !== ACTIONS.join()) {
    throw new Error(`The scaffolder has the actions ${ours.join(', ')}`);
  }
  say(`The scaffolder has ${ours.join(', ')}.`);
}

async function askTechInsights(ask: Ask): Promise<void> {
  const query = new URLSearchParams({ entity: ENTITY, 'ids[]': 'istio-jwt' });
  const facts = await waitFor(
    'facts of Tech Insights',
    async () => {
      const latest = await ask(`/api/tech-insights/facts/latest?${query}`);
      return latest['istio-jwt']?.facts;
    },
    { timeoutMs: PATIENCE_MS, everyMs: 2_000 },
  );
  if (facts.state !== 'enforced' || facts.enforced !== true) {
    throw new Error(`Tech Insights says of ${ENTITY} ${JSON.stringify(facts)}`);
  }
  say(`Tech Insights says of ${ENTITY}: ${facts.state}.`);
}

/** @throws Error where an action or a fact is missing */
export async function askModules(backend: string): Promise<void> {
  const ask = await signIn(backend);
  await askScaffolder(ask);
  await askTechInsights(ask);
}
