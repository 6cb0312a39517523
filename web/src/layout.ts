// What sections are built from.
import { ChartFigure, tableOf, type Chart } from './chart';
import type { Cell } from './csv';
import { h, type Child } from './dom';

export interface Section {
  id: string;
  title: string;
  element: HTMLElement;
}

export function section(id: string, title: string, ...children: Child[]): Section {
  return { id, title, element: h('section', { id, 'aria-labelledby': `${id}-title` }, h('h2', { id: `${id}-title` }, title), children) };
}

export function lead(...children: Child[]): HTMLElement { return h('p', { class: 'lead' }, children); }
export function note(...children: Child[]): HTMLElement { return h('p', { class: 'note' }, children); }

// In place of what is not known yet: why, and what would fill it.
export function missing(why: string, command?: string): HTMLElement {
  return h('p', { class: 'missing' }, why, command ? [' ', h('code', {}, command), ' fills this in.'] : null);
}

export function figure(chart: Chart): HTMLElement { return new ChartFigure(chart).element; }
export function pair(...children: Child[]): HTMLElement { return h('div', { class: 'pair' }, children); }

export interface Column { title: string; number?: boolean }

// A table whose cells may be elements; `head` makes the first cell of each row its heading.
export function table(caption: string, columns: Column[], rows: Child[][], options: { class?: string } = {}): HTMLElement {
  const cell = (child: Child, index: number): HTMLElement => {
    const attributes = columns[index]?.number ? { class: 'number' } : {};
    return index === 0 ? h('th', { scope: 'row', ...attributes }, child) : h('td', attributes, child);
  };
  return h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption },
    h('table', { class: options.class },
      h('caption', {}, caption),
      h('thead', {}, h('tr', {}, columns.map((column) => h('th', { scope: 'col', ...(column.number ? { class: 'number' } : {}) }, column.title)))),
      h('tbody', {}, rows.map((row) => h('tr', {}, row.map(cell))))));
}

export function fold(title: string, content: () => Child): HTMLElement {
  const details = h('details', { class: 'fold' }, h('summary', {}, title));
  const fill = (): void => { if (details.children.length === 1) details.append(h('div', {}, content())); };
  details.addEventListener('toggle', fill);
  return details;
}

export function plainTable(label: string, columns: string[], rows: Cell[][]): HTMLElement { return tableOf({ columns, rows }, label); }

// A labelled choice; `change` gets the chosen value.
export function choice(label: string, options: [value: string, text: string][], chosen: string, change: (value: string) => void): HTMLElement {
  const select = h('select', { change: (event) => change((event.target as HTMLSelectElement).value) },
    options.map(([value, text]) => h('option', { value, selected: value === chosen }, text)));
  return h('label', { class: 'choice' }, `${label} `, select);
}

// Text to take along: shown as it is, with a button that copies it.
export function copyable(text: string, label: string): HTMLElement {
  const pre = h('pre', { tabindex: 0, 'aria-label': label }, h('code', {}, text));
  const status = h('span', { role: 'status', class: 'status' });
  const button = h('button', { type: 'button', 'aria-label': `Copy ${label}`, click: () => void copy() }, 'Copy');
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      status.textContent = 'Copied';
    } catch { // a page opened from a file may not use the clipboard: the text is selected instead
      getSelection()?.selectAllChildren(pre);
      status.textContent = document.execCommand('copy') ? 'Copied' : 'Selected: press Ctrl+C';
    }
    setTimeout(() => { status.textContent = ''; }, 4000);
  };
  return h('div', { class: 'copyable' }, pre, h('div', { class: 'tools' }, status, button));
}
