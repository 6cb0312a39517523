// A figure's data as CSV (RFC 4180).

export type Cell = string | number | boolean | null | undefined;

export interface Table {
  columns: string[];
  rows: Cell[][];
}

function field(cell: Cell): string {
  if (cell === null || cell === undefined) return '';
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

export function csv(table: Table): string {
  return [table.columns, ...table.rows].map((row) => row.map(field).join(',') + '\r\n').join('');
}
