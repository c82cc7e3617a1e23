import { generateChurn, generateMesh, MeshChange } from '.';

const OPTIONS = { services: 200, seed: 5, podsPerService: 3 };

const keyOf = ({ kind, metadata }: any) =>
  `${kind}/${metadata.namespace}/${metadata.name}`;

function take(count: number, options = OPTIONS): MeshChange[][] {
  const churn = generateChurn(options);
  return Array.from({ length: count }, () => churn.next().value);
}

describe('generateChurn', () => {
  it('is the same for the same seed, and another for another one', () => {
    expect(take(50)).toEqual(take(50));
    expect(take(50)).not.toEqual(take(50, { ...OPTIONS, seed: 6 }));
  });

  it('follows from the generated mesh: what is changed or deleted is there, what is added is not', () => {
    const present = new Map(
      generateMesh(OPTIONS).map(object => [keyOf(object), object]),
    );
    const wrong = take(2000)
      .flat()
      .filter(({ type, object }) => {
        const key = keyOf(object);
        const known = JSON.stringify(present.get(key));
        const isSame = known === JSON.stringify(object);
        if (type === 'DELETED') {
          present.delete(key);
          return !isSame;
        }
        present.set(key, object);
        return isSame || (known !== undefined) !== (type === 'MODIFIED');
      });
    expect(wrong).toEqual([]);
  });

  it('has all kinds of change, and keeps the size of the mesh', () => {
    const changes = take(2000);
    const told = changes.flat().map(({ type, object }) => {
      const { kind } = object as { kind: string };
      return `${type} ${kind}`;
    });
    const count = (what: string) => told.filter(each => each === what).length;
    expect(count('ADDED Service')).toBeGreaterThan(50);
    expect(count('DELETED Service')).toBeGreaterThan(50);
    expect(count('ADDED Pod')).toBeGreaterThan(1000);
    expect(count('MODIFIED VirtualService')).toBeGreaterThan(200);
    expect(count('ADDED AuthorizationPolicy')).toBeGreaterThan(100);
    expect(count('DELETED RequestAuthentication')).toBeGreaterThan(30);
    expect(
      Math.abs(count('ADDED Service') - count('DELETED Service')),
    ).toBeLessThan(60);
    expect(changes.every(change => change.length > 0)).toBe(true);
  });
});
