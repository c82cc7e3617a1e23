import { ChangeTimes } from './ChangeTimes';
import { WATCHED_KINDS } from './kinds';

const kindOf = (name: string) =>
  WATCHED_KINDS.find(({ kind }) => kind === name)!;
const POLICY = kindOf('AuthorizationPolicy');

describe('ChangeTimes', () => {
  it('knows the latest change of some namespaces', () => {
    const times = new ChangeTimes();
    times.note(POLICY, 'a', 1000);
    times.note(POLICY, 'b', 2000);
    times.note(POLICY, 'c', 3000);
    expect(times.latestOf(['a', 'b'])).toBe(2000);
    expect(times.latestOf(['d'])).toBeUndefined();
  });

  it('counts what has no namespace for all', () => {
    const times = new ChangeTimes();
    times.note(kindOf('GatewayClass'), undefined, 5000);
    expect(times.latestOf(['a'])).toBe(5000);
  });

  it('leaves out what changes no proxy', () => {
    const times = new ChangeTimes();
    times.note(kindOf('Pod'), 'a', 1000);
    times.note(kindOf('Node'), undefined, 1000);
    expect(times.latestOf(['a'])).toBeUndefined();
  });

  it('forgets what is long over', () => {
    const times = new ChangeTimes();
    times.note(POLICY, 'a', 0);
    times.note(POLICY, 'b', 300_000);
    times.note(POLICY, 'c', 660_000);
    expect(times.latestOf(['a'])).toBeUndefined();
    expect(times.latestOf(['b'])).toBe(300_000);
  });
});
