import { assessService, findingCatalogue } from '..';
import { meshOf } from '../__testUtils__/mesh';
import { BASE, FIXTURES } from './__testUtils__/fixtures';

function findings(texts: string[]) {
  const mesh = meshOf([BASE, ...texts]);
  return assessService(mesh, { namespace: 'default', name: 'backend' })
    .findings;
}

describe.each(findingCatalogue.map(({ id }) => id))('%s', id => {
  it('is found', () => {
    expect(FIXTURES[id].bad.length).toBeGreaterThan(0);
    for (const texts of FIXTURES[id].bad) {
      const found = findings(texts).filter(finding => finding.id === id);
      expect(found).not.toHaveLength(0);
      expect(found[0].message).toMatch(/^\S.*\.$/);
      expect(found[0].fix).not.toBe('');
    }
  });

  it('is not found where it is not', () => {
    expect(FIXTURES[id].good.length).toBeGreaterThan(0);
    for (const texts of FIXTURES[id].good) {
      expect(findings(texts).map(finding => finding.id)).not.toContain(id);
    }
  });
});

describe('findings', () => {
  it('come worst first and each once', () => {
    const found = findings([
      ...FIXTURES['sibling-allow'].bad[0],
      ...FIXTURES['dry-run'].bad[0],
    ]);
    const severities = found.map(({ severity }) => severity);
    const order = ['error', 'warning', 'info'];
    expect(severities).toEqual(
      [...severities].sort((a, b) => order.indexOf(a) - order.indexOf(b)),
    );
    expect(new Set(found.map(item => JSON.stringify(item))).size).toBe(
      found.length,
    );
  });

  it('sibling-allow names the frontend', () => {
    const [found] = findings(FIXTURES['sibling-allow'].bad[0]);
    expect(found).toMatchObject({
      id: 'sibling-allow',
      resource: { name: 'backend-allow-frontend' },
    });
    expect(found.message).toContain('cluster.local/ns/default/sa/frontend');
  });

  it('selects-nothing says where such workloads are', () => {
    const found = findings(FIXTURES['selects-nothing'].bad[1]);
    expect(found.find(({ id }) => id === 'selects-nothing')?.fix).toContain(
      'istio-system',
    );
  });
});
