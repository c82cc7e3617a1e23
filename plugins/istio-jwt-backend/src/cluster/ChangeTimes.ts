import { WatchedKind } from './kinds';

/** These come and go without any proxy's listeners being made anew. */
const APART = new Set(['Pod', 'Node']);
/** Of what has no namespace, and of lists that were read again. */
const EVERYWHERE = '';

/** When what proxies are configured by was last seen to change, by namespace. */
export class ChangeTimes {
  private readonly times = new Map<string, number>();

  note({ kind }: WatchedKind, namespace = EVERYWHERE, now = Date.now()): void {
    if (!APART.has(kind)) {
      this.times.set(namespace, now);
    }
  }

  /** @returns ms since the epoch; undefined where nothing changed since the first reading */
  latestOf(namespaces: Iterable<string>): number | undefined {
    const times = [EVERYWHERE, ...namespaces].flatMap(
      namespace => this.times.get(namespace) ?? [],
    );
    return times.length > 0 ? Math.max(...times) : undefined;
  }
}
