import { WatchedKind } from './kinds';

/** These come and go without any proxy's listeners being made anew. */
const APART = new Set(['Pod', 'Node']);
/** Of what has no namespace, and of lists that were read again. */
const EVERYWHERE = '';
/** Longer than any proxy takes to follow. */
const KEPT_MS = 10 * 60_000;

/** When what proxies are configured by was last seen to change, by namespace. */
export class ChangeTimes {
  /** The oldest first. */
  private readonly times = new Map<string, number>();

  note({ kind }: WatchedKind, namespace = EVERYWHERE, now = Date.now()): void {
    if (APART.has(kind)) return;
    this.times.delete(namespace);
    this.times.set(namespace, now);
    for (const [oldest, at] of this.times) {
      if (at > now - KEPT_MS) break;
      this.times.delete(oldest);
    }
  }

  /** @returns ms since the epoch; undefined where nothing changed lately, or since the first reading */
  latestOf(namespaces: Iterable<string>): number | undefined {
    const times = [EVERYWHERE, ...namespaces].flatMap(
      namespace => this.times.get(namespace) ?? [],
    );
    return times.length > 0 ? Math.max(...times) : undefined;
  }
}
