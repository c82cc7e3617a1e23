import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { findViolations } from '../../__testUtils__/findViolations';
import { Grid, GridSort } from '.';

interface Pet {
  id: string;
  owner?: string;
}

const COLUMNS = [
  { id: 'pet', label: 'Pet', isRowHeader: true, isSortable: true },
  { id: 'kind', label: 'Kind' },
  { id: 'owner', label: 'Owner', isSortable: true },
];

const PETS: Pet[] = [
  { id: 'rex', owner: 'ann' },
  { id: 'tom' },
  { id: 'mia', owner: 'bob' },
];

function renderCell({ id, owner }: Pet, column: string) {
  if (column === 'kind') return <>animal</>;
  if (column === 'pet') return <a href={`#${id}`}>{id}</a>;
  return owner ? (
    <>
      <a href={`#${owner}`}>{owner}</a>
      <button type="button">Tell {owner}</button>
    </>
  ) : (
    <>–</>
  );
}

function Pets({ rows = PETS }: { rows?: Pet[] }) {
  const [sort, setSort] = useState<GridSort>({ column: 'pet', order: 'asc' });
  return (
    <>
      <button type="button">Before</button>
      <Grid
        label="Pets"
        columns={COLUMNS}
        rows={rows}
        sort={sort}
        onSort={setSort}
        renderCell={renderCell}
      />
      <button type="button">After</button>
    </>
  );
}

const focused = () => document.activeElement?.textContent;

describe('Grid', () => {
  it('is one tab stop, whatever is in its cells', async () => {
    const user = userEvent.setup();
    const { container } = render(<Pets />);
    await user.tab();
    await user.tab();
    expect(focused()).toBe('rex');
    await user.tab();
    expect(focused()).toBe('After');
    await user.tab({ shift: true });
    expect(focused()).toBe('rex');
    expect(await findViolations(container)).toEqual([]);
  });

  it('leads by arrows to each cell, and to each link and button in one', async () => {
    const user = userEvent.setup();
    render(<Pets />);
    await user.click(screen.getByRole('button', { name: 'Before' }));
    await user.tab();
    const seen: (string | null | undefined)[] = [];
    for (const key of [
      'ArrowRight',
      'ArrowRight',
      'ArrowRight',
      'ArrowRight',
      'ArrowDown',
      'ArrowDown',
      'ArrowDown',
      'Home',
      'End',
      'ArrowLeft',
      'ArrowUp',
      'ArrowUp',
      'ArrowUp',
      'ArrowUp',
    ]) {
      await user.keyboard(`{${key}}`);
      seen.push(focused());
    }
    expect(seen).toEqual([
      'animal',
      'ann',
      'Tell ann',
      'Tell ann',
      '–',
      'bob',
      'bob',
      'mia',
      'Tell bob',
      'bob',
      '–',
      'ann',
      'Owner',
      'Owner',
    ]);
    await user.keyboard('{Control>}{End}{/Control}');
    expect(focused()).toBe('Tell bob');
    await user.keyboard('{Control>}{Home}{/Control}');
    expect(focused()).toBe('Pet');
  });

  it('is entered again where it was left', async () => {
    const user = userEvent.setup();
    render(<Pets />);
    await user.click(screen.getByRole('link', { name: 'mia' }));
    await user.tab();
    expect(focused()).toBe('After');
    await user.tab({ shift: true });
    expect(focused()).toBe('mia');
  });

  it('sorts by click, Enter and Space, and says how', async () => {
    const user = userEvent.setup();
    render(<Pets />);
    const header = (name: string) => screen.getByRole('columnheader', { name });
    expect(header('Pet')).toHaveAttribute('aria-sort', 'ascending');
    expect(header('Kind')).not.toHaveAttribute('aria-sort');
    await user.click(header('Owner'));
    expect(header('Owner')).toHaveAttribute('aria-sort', 'ascending');
    expect(header('Pet')).toHaveAttribute('aria-sort', 'none');
    await user.keyboard('{Enter}');
    expect(header('Owner')).toHaveAttribute('aria-sort', 'descending');
    await user.keyboard(' ');
    expect(header('Owner')).toHaveAttribute('aria-sort', 'ascending');
    expect(header('Owner')).toHaveFocus();
  });

  it('keeps the focus in its place when rows change', async () => {
    const user = userEvent.setup();
    const { rerender } = render(<Pets />);
    await user.click(screen.getByRole('link', { name: 'mia' }));
    rerender(<Pets rows={[{ id: 'sam' }, { id: 'kim' }]} />);
    expect(screen.getByRole('link', { name: 'kim' })).toHaveFocus();
    await user.tab();
    expect(focused()).toBe('After');
    rerender(<Pets rows={PETS} />);
    expect(focused()).toBe('After');
  });
});
