import {
  FocusEvent,
  KeyboardEvent,
  RefObject,
  useCallback,
  useLayoutEffect,
  useRef,
} from 'react';

const WIDGETS = 'a[href], button';

/** Where the focus is, or goes to when the grid is entered: below the header at first. */
interface Place {
  row: number;
  cell: number;
  /** Of the links and buttons of the cell. */
  widget: number;
}

/**
 * One tab stop for a grid. Arrow keys lead from cell to cell, and to each link and button in a cell instead
 * of the cell; Home and End to the ends of the row, with Ctrl to those of the grid. The place is kept when
 * rows change.
 */
export function useRovingFocus(grid: RefObject<HTMLTableElement>): {
  onFocus: (event: FocusEvent) => void;
  onBlur: (event: FocusEvent) => void;
  onKeyDown: (event: KeyboardEvent) => void;
} {
  const place = useRef<Place>({ row: 1, cell: 0, widget: 0 });
  const stop = useRef<HTMLElement>();
  const hasFocus = useRef(false);

  const makeStop = useCallback((element: HTMLElement | undefined) => {
    if (stop.current) stop.current.tabIndex = -1;
    if (element) element.tabIndex = 0;
    stop.current = element;
  }, []);

  // After every commit: links that came with new rows are no tab stops.
  useLayoutEffect(() => {
    const table = grid.current;
    if (!table) return;
    table.querySelectorAll<HTMLElement>(WIDGETS).forEach(widget => {
      widget.tabIndex = -1;
    });
    makeStop(elementAt(table, place.current));
    if (hasFocus.current && document.activeElement === document.body) {
      stop.current?.focus();
    }
  });

  return {
    onFocus: useCallback(
      ({ target }) => {
        hasFocus.current = true;
        const found = placeOf(target as HTMLElement);
        if (found && grid.current) {
          place.current = found;
          makeStop(elementAt(grid.current, found));
        }
      },
      [grid, makeStop],
    ),
    onBlur: useCallback(
      ({ relatedTarget }) => {
        hasFocus.current = grid.current?.contains(relatedTarget) ?? false;
      },
      [grid],
    ),
    onKeyDown: useCallback(
      event => {
        const table = grid.current;
        const from = placeOf(event.target as HTMLElement);
        const to = table && from && move(table, from, event);
        if (!to) return;
        event.preventDefault();
        elementAt(table, to)?.focus();
      },
      [grid],
    ),
  };
}

function listWidgets(cell: Element): HTMLElement[] {
  return [...cell.querySelectorAll<HTMLElement>(WIDGETS)];
}

/** The places of a row in the order of the right arrow. */
function listPlaces(table: HTMLTableElement, row: number): Place[] {
  return [...table.rows[row].cells].flatMap((cell, index) =>
    (listWidgets(cell).length > 0 ? listWidgets(cell) : [cell]).map(
      (_, widget) => ({ row, cell: index, widget }),
    ),
  );
}

/** Rows may have become fewer. */
function elementAt(
  table: HTMLTableElement,
  { row, cell, widget }: Place,
): HTMLElement | undefined {
  const found = table.rows[Math.min(row, table.rows.length - 1)]?.cells[cell];
  return (
    found && (listWidgets(found)[widget] ?? listWidgets(found)[0] ?? found)
  );
}

function placeOf(element: HTMLElement): Place | undefined {
  const cell = element.closest('td, th') as HTMLTableCellElement | null;
  const row = cell?.closest('tr');
  return cell && row
    ? {
        row: row.rowIndex,
        cell: cell.cellIndex,
        widget: Math.max(0, listWidgets(cell).indexOf(element)),
      }
    : undefined;
}

/** Where a key leads from a place; undefined: it does not move the focus. */
function move(
  table: HTMLTableElement,
  from: Place,
  { key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent,
): Place | undefined {
  if (altKey || shiftKey) return undefined;
  const last = table.rows.length - 1;
  const isOuter = ctrlKey || metaKey;
  const along = (row: number, step: (places: Place[]) => Place | undefined) =>
    step(listPlaces(table, row));
  const beside = (step: number) =>
    along(from.row, places => {
      const now = places.findIndex(
        ({ cell, widget }) => cell === from.cell && widget === from.widget,
      );
      return places[now + step];
    });
  if (key === 'Home') {
    return along(isOuter ? 0 : from.row, places => places[0]);
  }
  if (key === 'End') {
    return along(
      isOuter ? last : from.row,
      places => places[places.length - 1],
    );
  }
  if (isOuter) return undefined;
  switch (key) {
    case 'ArrowRight':
      return beside(1);
    case 'ArrowLeft':
      return beside(-1);
    case 'ArrowDown':
      return from.row < last ? { ...from, row: from.row + 1 } : undefined;
    case 'ArrowUp':
      return from.row > 0 ? { ...from, row: from.row - 1 } : undefined;
    default:
      return undefined;
  }
}
