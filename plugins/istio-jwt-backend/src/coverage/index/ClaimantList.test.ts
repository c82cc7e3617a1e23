import { mockServices } from '@backstage/backend-test-utils';
import { ClaimantList } from './ClaimantList';
import { Claimant } from './listClaimants';

const claimant = (version: string) => ({ version } as Claimant);
const NOW = 1_000_000;

describe('the list of entities that may claim Services', () => {
  it('is read anew while the catalog has none, and from time to time afterwards', async () => {
    let inCatalog: Claimant[] = [];
    let reads = 0;
    const list = new ClaimantList({
      logger: mockServices.logger.mock(),
      claimantsMaxAgeMs: 60_000,
      listClaimants: async () => {
        reads += 1;
        return inCatalog;
      },
    });
    const refreshAt = async (ms: number) => {
      await list.refresh(new AbortController().signal, NOW + ms);
      return list.current.map(({ version }) => version);
    };
    expect(await refreshAt(0)).toEqual([]);
    expect(await refreshAt(1000)).toEqual([]);
    inCatalog = [claimant('a')];
    expect(await refreshAt(2000)).toEqual(['a']);
    inCatalog = [claimant('b')];
    expect(await refreshAt(61_000)).toEqual(['a']);
    expect(await refreshAt(62_000)).toEqual(['b']);
    expect(reads).toBe(4);
  });
});
