import { PolicyWriter } from 'backstage-plugin-istio-jwt-node';
import { EnablementStore } from '../enablement/store/EnablementStore';

/** Calls after or before which a process may die so that it matters. */
const COUNTED = new Set(['save', 'apply', 'remove']);

/**
 * Ends everything that a replica says to the outside world from one call on, as `kill -9` would: what
 * was sent has arrived, and nothing is tidied up.
 */
export class KillSwitch {
  /** Counted calls so far, such as `save` or `apply`. */
  readonly calls: string[] = [];
  private dead = false;

  /**
   * @param at - index of the fatal call; none: never
   * @param when - whether that call still arrives
   */
  constructor(
    private readonly at?: number,
    private readonly when: 'before' | 'after' = 'before',
  ) {}

  get isDead(): boolean {
    return this.dead;
  }

  readonly wrapStore = (store: EnablementStore): EnablementStore =>
    this.wrap(store);

  readonly wrapWriter = (writer: PolicyWriter): PolicyWriter =>
    this.wrap(writer);

  private wrap<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (_, name) => {
        const value = Reflect.get(target, name);
        if (typeof value !== 'function' || name === 'writesTo') {
          return typeof value === 'function' ? value.bind(target) : value;
        }
        return async (...args: unknown[]) => {
          if (this.dead) throw new Error('dead');
          if (!COUNTED.has(String(name))) return value.apply(target, args);
          const index = this.calls.push(String(name)) - 1;
          if (index === this.at && this.when === 'before') {
            this.dead = true;
            throw new Error('dead');
          }
          const result = await value.apply(target, args);
          if (index === this.at) this.dead = true;
          if (this.dead) throw new Error('dead');
          return result;
        };
      },
    });
  }
}
