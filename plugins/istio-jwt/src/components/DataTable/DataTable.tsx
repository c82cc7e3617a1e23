import { ReactNode } from 'react';
import styles from './DataTable.module.css';

export interface DataTableRow {
  key: string;
  cells: ReactNode[];
  tone?: 'danger' | 'muted';
}

/**
 * A table to read, not to operate: a native one, because a grid would take the arrow keys for
 * nothing. On narrow screens each row becomes a card.
 */
export function DataTable({
  label,
  columns,
  rows,
}: {
  label: string;
  columns: string[];
  rows: DataTableRow[];
}) {
  return (
    <div className={styles.container}>
      <table className={styles.table} aria-label={label}>
        <thead>
          <tr>
            {columns.map(column => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells, tone }) => (
            <tr key={key} data-tone={tone}>
              {cells.map((cell, index) =>
                index === 0 ? (
                  <th key={columns[index]} scope="row">
                    {cell}
                  </th>
                ) : (
                  <td key={columns[index]} data-label={columns[index]}>
                    {cell}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
