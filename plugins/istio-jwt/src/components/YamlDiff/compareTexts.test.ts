import { compareTexts } from './compareTexts';

const lines = (count: number, change?: number) =>
  Array.from({ length: count }, (_, index) =>
    index === change ? 'changed' : `line ${index}`,
  )
    .join('\n')
    .concat('\n');

describe('compareTexts', () => {
  it('shows a new text as added, and one that goes as removed', () => {
    expect(compareTexts('', 'a\nb\n')).toEqual([
      { kind: 'added', text: 'a' },
      { kind: 'added', text: 'b' },
    ]);
    expect(compareTexts('a\n', '')).toEqual([{ kind: 'removed', text: 'a' }]);
  });

  it('folds what is far from a change', () => {
    const told = compareTexts(lines(40), lines(40, 20));
    expect(told.filter(({ kind }) => kind === 'left')).toEqual([
      { kind: 'left', text: '16 unchanged lines' },
      { kind: 'left', text: '15 unchanged lines' },
    ]);
    expect(told.filter(({ kind }) => kind !== 'same')).toHaveLength(4);
    expect(told.filter(({ kind }) => kind === 'same')).toHaveLength(8);
  });

  it('shows equal texts in full', () => {
    expect(compareTexts(lines(30), lines(30))).toHaveLength(30);
  });

  it('gives up on the shortest diff of very different texts', () => {
    const left = Array.from({ length: 3000 }, (_, i) => `l${i}\n`).join('');
    const right = Array.from({ length: 3000 }, (_, i) => `r${i}\n`).join('');
    expect(compareTexts(left, right)).toHaveLength(6000);
  });
});
