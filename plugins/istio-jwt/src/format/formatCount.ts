/** Made once: it takes longer than what it is used for. */
const COUNT_FORMAT = new Intl.NumberFormat('en');

/** Such as `10,000`. */
export function formatCount(count: number = 0): string {
  return COUNT_FORMAT.format(count);
}

/** Such as `1 service` and `10,000 services`. */
export function countThings(count: number, one: string): string {
  return `${formatCount(count)} ${one}${count === 1 ? '' : 's'}`;
}

/**
 * A share from 0 to 1 in whole percent, such as `62 %`. 99.9 % is not 100 %: only everything is
 * everything, and only nothing is nothing.
 */
export function formatShare(share: number | null): string {
  return share === null ? '–' : `${roundShare(share)} %`;
}

function roundShare(share: number): number {
  const percent = Math.round(share * 100);
  if (percent === 100 && share < 1) return 99;
  if (percent === 0 && share > 0) return 1;
  return percent;
}

/** Such as `+4 points`, from two shares. */
export function formatPoints(from: number, to: number): string {
  const points = roundShare(to) - roundShare(from);
  const amount = countThings(Math.abs(points), 'point');
  if (points === 0) return `±${amount}`;
  return points > 0 ? `+${amount}` : `−${amount}`;
}
