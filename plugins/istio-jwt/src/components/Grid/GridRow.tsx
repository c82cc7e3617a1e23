import { memo, ReactNode } from 'react';

export interface GridColumn {
  id: string;
  label: string;
  isRowHeader?: boolean;
  isSortable?: boolean;
}

function Row({
  row,
  columns,
  renderCell,
}: {
  row: object;
  columns: GridColumn[];
  renderCell: (row: object, column: string) => ReactNode;
}) {
  return (
    <tr>
      {columns.map(({ id, isRowHeader }) =>
        isRowHeader ? (
          <th key={id} scope="row" role="rowheader" tabIndex={-1}>
            {renderCell(row, id)}
          </th>
        ) : (
          <td key={id} role="gridcell" tabIndex={-1}>
            {renderCell(row, id)}
          </td>
        ),
      )}
    </tr>
  );
}

/** Drawn anew where its object or how it is drawn is another one. */
export const GridRow = memo(Row);
