import fc from 'fast-check';
import { ListSplitter, NotAList, PartTooLarge } from './ListSplitter';

/** Reads a text in chunks that end at these places. */
function split(text: string, cuts: number[] = [], maxItemBytes = 1 << 20) {
  const bytes = Buffer.from(text);
  const splitter = new ListSplitter(maxItemBytes);
  const places = [
    0,
    ...cuts.map(cut => cut % (bytes.length + 1)).sort((a, b) => a - b),
    bytes.length,
  ];
  const items = places
    .slice(1)
    .flatMap((end, index) => splitter.push(bytes.subarray(places[index], end)));
  return { items, fields: splitter.end() };
}

const object = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue());
const fields = fc.record({
  kind: fc.string({ unit: 'grapheme' }),
  metadata: object,
  others: fc.array(fc.jsonValue()),
});

describe('ListSplitter', () => {
  it('gives what JSON.parse gives, wherever the chunks end and the items stand', () => {
    fc.assert(
      fc.property(
        fc.array(object),
        fields,
        fc.boolean(),
        fc.constantFrom(undefined, 2, '\t'),
        fc.array(fc.nat()),
        (items, beside, itemsFirst, indent, cuts) => {
          const list = itemsFirst ? { items, ...beside } : { ...beside, items };
          const text = JSON.stringify(list, null, indent);
          const { items: expected, ...others } = JSON.parse(text);
          expect(split(text, cuts)).toEqual({
            items: expected,
            fields: others,
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('gives each item as soon as it has ended', () => {
    const splitter = new ListSplitter(1000);
    expect(splitter.push(Buffer.from('{"items":[{"a":1},{"b"'))).toEqual([
      { a: 1 },
    ]);
    expect(splitter.push(Buffer.from(':2}'))).toEqual([{ b: 2 }]);
    expect(splitter.push(Buffer.from('],"kind":"List"}\n'))).toEqual([]);
    expect(splitter.end()).toEqual({ kind: 'List' });
  });

  it('takes null for no items', () => {
    expect(split('{"items":null}').items).toEqual([]);
  });

  it.each([
    '',
    'null',
    '[]',
    '<html>',
    '{"kind":"Status"}',
    '{"items":{}}',
    '{"items":"none"}',
    '{"items":[1]}',
    '{"items":[null]}',
    '{"items":[{}]',
    '{"items":[{}]} {}',
    '{"items":[{"a":}]}',
    '{"items":[{"a":[}]}]}',
    '{"items":[],"kind"}',
    '{"metadata":{"items":[]}}',
  ])('refuses %j', text => {
    expect(() => split(text)).toThrow(NotAList);
    expect(() => split(text, [1, 3, 8, 10])).toThrow(NotAList);
  });

  it('does not gather an item, or a field, without end', () => {
    const long = 'x'.repeat(100_000);
    expect(() => split(`{"items":[{"a":"${long}`, [500], 1000)).toThrow(
      PartTooLarge,
    );
    expect(() => split(`{"kind":"${long}`, [500])).toThrow(PartTooLarge);
  });
});
