import { MeshInput } from '../input/MeshInput';
import { InputError } from '../input/InputError';
import { LineFinder, LineQuestion } from '../input/LineFinder';
import { lineOfError, pathInDocument } from '../input/lineOfError';
import { STANDARD_INPUT } from '../input/standardInput';
import { ResourceRef } from '../../model';

/** A place to point at: a file and a line, or nothing where the object came from a cluster. */
export interface FoundAt {
  file: string | null;
  line: number | null;
}

/** Questions that go to the second thread at once. */
const BATCH = 500;

interface Batch<T> {
  targets: T[];
  questions: LineQuestion[];
  /** Of the second thread. */
  id?: number;
}

/** Finds out where findings and errors are, by the second thread where there is one. */
export class Locator<T extends FoundAt> {
  private readonly finder: LineFinder;
  private readonly asked: Batch<T>[] = [];
  private batch: Batch<T> = { targets: [], questions: [] };

  constructor(private readonly input: MeshInput) {
    this.finder = new LineFinder(input.standardInput);
  }

  /** Has `target` told where the path of a resource is, when `settle` is called at the latest. */
  locate(target: T, ref: ResourceRef, path: string): void {
    const place = this.input.placeOf(ref);
    if (!place || place.line === 0) return;
    const { file, line } = place;
    target.file = file;
    const whole = pathInDocument(place, path);
    if (whole === '') {
      target.line = line;
      return;
    }
    // The other thread has not read the input.
    if (file === STANDARD_INPUT) {
      target.line = this.finder.find({ file, line, path: whole });
      return;
    }
    this.batch.targets.push(target);
    this.batch.questions.push({ file, line, path: whole });
    if (this.batch.targets.length >= BATCH) this.send();
  }

  settle(): void {
    this.send();
    for (const { targets, questions, id } of this.asked.splice(0)) {
      const lines =
        id === undefined ? undefined : this.input.thread?.collectLines(id);
      targets.forEach((target, index) => {
        target.line = lines?.[index] ?? this.finder.find(questions[index]);
      });
    }
  }

  lineOf(error: InputError): number {
    return lineOfError(this.finder, error);
  }

  private send(): void {
    const { batch } = this;
    if (batch.targets.length === 0) return;
    batch.id = this.input.thread?.askLines(batch.questions);
    this.asked.push(batch);
    this.batch = { targets: [], questions: [] };
  }
}
