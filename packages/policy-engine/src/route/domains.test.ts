import { assessService, Mesh, parseYaml, Resource } from '..';
import {
  gatewayWays,
  gatewayYaml,
  to,
  TO_BACKEND,
  virtualService,
  whereTo,
} from '../__testUtils__/gateways';
import { WORKLOADS } from '../__testUtils__/handsOn';

const NAMES = ['a', 'b', 'c', 'd', 'e'] as const;

/** Each is for a host of its own and for one that all have, which goes by age. */
const routeOf = (name: string, day: number, rules = `{${TO_BACKEND}}`) =>
  parseYaml(
    virtualService(rules, {
      name,
      rest: `hosts: [${name}.test, all.test], gateways: [gw],`,
      created: `2025-01-0${day}T00:00:00Z`,
    }),
  ).resources[0];

const ELSEWHERE = `{${to('frontend')}}`;
const BASE = parseYaml(`${WORKLOADS}---${gatewayYaml()}`).resources;

/** Changes one mesh, which is asked after each step, beside one that is made anew of what is there then. */
function start() {
  const mesh = new Mesh();
  const objects = new Map<string, Resource>();
  const steps = {
    apply(object: Resource) {
      objects.set(object.metadata.name, object);
      mesh.apply(object);
      return steps;
    },
    remove(name: string) {
      objects.delete(name);
      mesh.remove({ kind: 'VirtualService', namespace: 'default', name });
      return steps;
    },
    read() {
      const fresh = new Mesh();
      [...BASE, ...objects.values()].forEach(each => fresh.apply(each));
      const now = ask(mesh);
      expect(now).toEqual(ask(fresh));
      return now;
    },
  };
  BASE.forEach(object => mesh.apply(object));
  NAMES.forEach((name, index) => steps.apply(routeOf(name, index + 1)));
  steps.read();
  return steps;
}

function ask(mesh: Mesh) {
  return {
    hosts: gatewayWays(mesh).map(({ host }) => host),
    all: whereTo(mesh, { host: 'all.test' }),
    own: NAMES.map(name => whereTo(mesh, { host: `${name}.test` })).join(' '),
    frontend: assessService(mesh, { namespace: 'default', name: 'frontend' }),
  };
}

describe('the domains of a shared gateway, after a change of one VirtualService', () => {
  it.each([0, 2, 4])('that is number %i by age', index => {
    const steps = start();
    const changed = NAMES[index];
    const { own, hosts } = steps
      .apply(routeOf(changed, index + 1, ELSEWHERE))
      .read();
    expect(own.split(' ')[index]).toBe('frontend');
    expect(own.split(' ').filter(each => each === 'backend')).toHaveLength(4);
    expect(hosts).not.toContain(`${changed}.test`);
    const back = steps.apply(routeOf(changed, index + 1)).read();
    expect(back.hosts).toContain(`${changed}.test`);
  });

  it('that goes, and another that comes before all others', () => {
    const steps = start();
    expect(steps.apply(routeOf('b', 2, ELSEWHERE)).read().all).toBe('backend');
    expect(steps.remove('a').read().all).toBe('frontend');
    expect(steps.apply(routeOf('z', 1)).read().all).toBe('backend');
  });

  it('that becomes a delegate of another, and none again', () => {
    const steps = start();
    const delegate = routeOf('c', 3);
    delegate.spec = { http: (delegate.spec as { http: unknown[] }).http };
    expect(steps.apply(delegate).read().hosts).not.toContain('c.test');
    const rules = '{delegate: {name: c, namespace: default}}';
    expect(steps.apply(routeOf('d', 4, rules)).read().hosts).toContain(
      'd.test',
    );
    expect(steps.apply(routeOf('c', 3, ELSEWHERE)).read().hosts).not.toContain(
      'd.test',
    );
  });
});
