import { Mesh, prepareMesh } from 'istio-jwt-policy-engine';
import { ServiceIndex } from '../entity';
import { Turns } from '../Turns';

const DONE = Promise.resolve();

/**
 * Has the tables that all answers about a mesh share made a little at a time, so that whoever reads first
 * does not stop everybody else. Answers are right without it, too.
 */
export class MeshPreparation {
  private preparedRevision = -1;
  private running?: Promise<void>;

  constructor(
    private readonly mesh: Mesh,
    private readonly signal: AbortSignal,
  ) {}

  /** Resolves at once where nothing changed since; all who ask meanwhile wait for the same work. */
  prepare(): Promise<void> {
    if (!this.running && this.mesh.revision !== this.preparedRevision) {
      this.running = this.run().finally(() => {
        this.running = undefined;
      });
    }
    return this.running ?? DONE;
  }

  private async run(): Promise<void> {
    // With what changes meanwhile readers cope: it is little, and else they could wait for ever.
    this.preparedRevision = this.mesh.revision;
    const steps = listSteps(this.mesh);
    const turns = new Turns();
    try {
      while (!this.signal.aborted && !steps.next().done) {
        await turns.yield();
      }
    } catch {
      // A defect in one table: whoever needs it says so in its own answer.
    }
  }
}

function* listSteps(mesh: Mesh): Generator<void, void> {
  yield* ServiceIndex.of(mesh).follow();
  yield* prepareMesh(mesh);
}
