import {
  assessService,
  Mesh,
  parseObjects,
  prepareMesh,
} from 'istio-jwt-policy-engine';
import { generateMesh } from 'istio-jwt-sandbox';
import { MeshPreparation } from './MeshPreparation';

const signal = new AbortController().signal;

function fill(services: number): Mesh {
  const mesh = new Mesh();
  const { resources } = parseObjects(generateMesh({ services }) as never[]);
  resources.forEach(resource => mesh.apply(resource));
  return mesh;
}

/** @returns how many turns of the event loop others got */
async function countTurns(work: Promise<void>): Promise<number> {
  let turns = 0;
  let goesOn = true;
  const tick = () => {
    turns += 1;
    if (goesOn) setImmediate(tick);
  };
  setImmediate(tick);
  await work;
  goesOn = false;
  return turns;
}

describe('MeshPreparation', () => {
  it('leaves the event loop to others while it goes on, and is over at once where nothing changed', async () => {
    const mesh = fill(1500);
    const preparation = new MeshPreparation(mesh, signal);

    expect(await countTurns(preparation.prepare())).toBeGreaterThan(3);

    expect(await countTurns(preparation.prepare())).toBe(0);
    const [service] = mesh.list('Service');
    mesh.apply({ ...service, spec: { ports: [] } });
    expect(preparation.prepare()).toBe(preparation.prepare());
    await preparation.prepare();
  });

  it('has everything ready: what is left is soon done', async () => {
    const mesh = fill(300);
    await new MeshPreparation(mesh, signal).prepare();
    const answer = assessService(mesh, mesh.services()[3]);

    const untouched = fill(300);
    expect(answer).toEqual(assessService(untouched, untouched.services()[3]));
    // No step is left to take that would change anything.
    expect([...prepareMesh(mesh)].length).toBeLessThan(
      [...prepareMesh(fill(300))].length,
    );
  });

  it('is left alone where its cluster is not needed any more', async () => {
    const ended = new AbortController();
    const preparation = new MeshPreparation(fill(1500), ended.signal);
    const work = preparation.prepare();
    ended.abort();
    expect(await countTurns(work)).toBeLessThan(3);
  });
});
