import { MeshInput } from '../input/MeshInput';
import { InputError } from '../input/InputError';
import { LineFinder, LineQuestion } from '../input/LineFinder';
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
  private readonly finder = new LineFinder();
  private readonly asked: Batch<T>[] = [];
  private batch: Batch<T> = { targets: [], questions: [] };

  constructor(private readonly input: MeshInput) {}

  /** Has `target` told where the path of a resource is, when `settle` is called at the latest. */
  locate(target: T, ref: ResourceRef, path: string): void {
    const place = this.input.placeOf(ref);
    if (!place || place.line === 0) return;
    const { file, line } = place;
    target.file = file;
    const whole = [place.at, path].filter(Boolean).join('.');
    if (whole === '') {
      target.line = line;
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

  /** Line of what is wrong. */
  lineOf({ place, path, line }: InputError): number {
    if (!place || !path) return line;
    const whole = [place.at, path].filter(Boolean).join('.');
    return this.finder.find({
      file: place.file,
      line: place.line,
      path: whole,
    });
  }

  private send(): void {
    const { batch } = this;
    if (batch.targets.length === 0) return;
    batch.id = this.input.thread?.askLines(batch.questions);
    this.asked.push(batch);
    this.batch = { targets: [], questions: [] };
  }
}
