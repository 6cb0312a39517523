// A chart as a figure of the page: drawn when it comes near the window, redrawn for its width and for light or dark, and on
// paper as a light picture of its own; with its data as a table and as CSV, and itself as SVG.
import { csv, type Table } from './csv';
import { download, h, type Child } from './dom';
import { init, type EChartsOption, type EChartsType } from './echarts';
import { integer } from './format';
import { current, light, type Palette } from './palette';

export interface Scene {
  palette: Palette;
  width: number; // of the drawing, in CSS pixels
}

export interface Chart {
  name: string; // of its files
  title: string;
  alt: string; // what it shows, in a sentence or two with its main numbers
  caption?: Child;
  legend?: { label: string; mark: 'dot' | 'triangle' | 'diamond' | 'line' | 'dash' | 'cross' | 'bar' | 'ring'; colour: (palette: Palette) => string }[];
  controls?: HTMLElement;
  height: (width: number) => number;
  option: (scene: Scene) => EChartsOption;
  drawn?: (instance: EChartsType, width: number) => void; // after each drawing
  canvas?: () => boolean; // many marks are drawn quicker on a canvas; the SVG file is not affected
  table: () => Table;
}

// Single quotes: the library puts it between double ones when it writes SVG.
const font = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
const paperWidth = 660;
const rowsShown = 500;
const drawn = new Map<Element, ChartFigure>();

export class ChartFigure {
  readonly element: HTMLElement;
  private readonly plot: HTMLElement;
  private readonly keys: HTMLElement;
  private instance: EChartsType | null = null;
  private width = 0;
  private paper: HTMLElement | null = null;

  constructor(private readonly chart: Chart) {
    this.plot = h('div', { class: 'plot', role: 'img', 'aria-label': chart.alt });
    this.keys = h('ul', { class: 'legend', 'aria-hidden': 'true' });
    this.element = h('figure', { class: 'chart', 'data-chart': chart.name },
      h('div', { class: 'chart-head' }, h('h3', {}, chart.title), chart.controls ?? null),
      this.keys, this.plot,
      chart.caption ? h('figcaption', {}, chart.caption) : null,
      this.tools());
    this.drawKeys();
    drawn.set(this.element, this);
    watcher.observe(this.element);
  }

  // Draws again, after a change of what is shown; a chart that is not drawn yet waits for its turn.
  refresh(): void {
    if (this.instance) this.draw();
    const details = this.element.querySelector('details');
    if (details?.open) this.fillTable(details);
  }

  draw(): void {
    const width = this.plot.clientWidth;
    if (width === 0) return;
    const renderer = this.chart.canvas?.() ? 'canvas' : 'svg';
    const height = this.chart.height(width);
    if (this.instance) this.instance.dispose();
    this.width = width;
    this.plot.style.height = `${height}px`;
    this.instance = init(this.plot, null, { renderer, width, height });
    this.instance.setOption(finish(this.chart.option({ palette: current(), width })));
    this.chart.drawn?.(this.instance, width);
    this.plot.dataset['drawn'] = renderer;
    this.drawKeys();
  }

  // Takes the height that the drawing will have, so that what lies below does not move when its turn comes.
  reserve(): void {
    const width = this.plot.clientWidth;
    if (width > 0) this.plot.style.height = `${this.chart.height(width)}px`;
  }

  resized(): void {
    if (!this.instance) this.reserve();
    else if (Math.abs(this.plot.clientWidth - this.width) > 1) this.draw();
  }

  // A light picture as wide as paper stands in for the drawing while the page is printed.
  toPaper(): void {
    if (this.paper) return;
    this.paper = h('div', { class: 'paper' });
    this.paper.innerHTML = svgText(this.chart, paperWidth);
    this.drawKeys(light);
    this.plot.after(this.paper);
  }

  fromPaper(): void {
    this.paper?.remove();
    this.paper = null;
    this.drawKeys();
  }

  private drawKeys(palette = current()): void {
    this.keys.replaceChildren(...(this.chart.legend ?? []).map((key) => {
      const mark = h('span', { class: `mark ${key.mark}` });
      mark.style.color = key.colour(palette);
      return h('li', {}, mark, key.label);
    }));
  }

  private tools(): HTMLElement {
    const { name, title } = this.chart;
    const details = h('details', {}, h('summary', { 'aria-label': `Table: ${title}` }, 'Table'));
    details.addEventListener('toggle', () => { if (details.open) this.fillTable(details); });
    return h('div', { class: 'tools' }, details,
      h('button', { type: 'button', 'aria-label': `Download as SVG: ${title}`,
        click: () => download(`${name}.svg`, 'image/svg+xml', svgText(this.chart, Math.max(paperWidth, this.width))) }, 'SVG'),
      h('button', { type: 'button', 'aria-label': `Download data as CSV: ${title}`,
        click: () => download(`${name}.csv`, 'text/csv', csv(this.chart.table())) }, 'CSV'));
  }

  private fillTable(details: HTMLElement): void {
    details.querySelector('.scroll')?.remove();
    details.append(tableOf(this.chart.table(), this.chart.title));
  }
}

// A table of plain cells that scrolls in its own box; long ones show their beginning.
export function tableOf(table: Table, label: string): HTMLElement {
  const rows = table.rows.slice(0, rowsShown);
  return h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label },
    h('table', {},
      rows.length < table.rows.length
        ? h('caption', {}, `The first ${integer(rows.length)} of ${integer(table.rows.length)} rows; the CSV has all.`) : null,
      h('thead', {}, h('tr', {}, table.columns.map((name) => h('th', { scope: 'col' }, name)))),
      h('tbody', {}, rows.map((row) => h('tr', {}, row.map((cell) =>
        h('td', typeof cell === 'number' ? { class: 'number' } : {}, cellText(cell))))))));
}

function cellText(cell: Table['rows'][number][number]): string {
  if (cell === null || cell === undefined) return '';
  return typeof cell === 'number' && !Number.isInteger(cell) ? String(Number(cell.toPrecision(6))) : String(cell);
}

// What every chart has in common: no animation, our font.
function finish(option: EChartsOption): EChartsOption {
  return { animation: false, backgroundColor: 'transparent', ...option, textStyle: { fontFamily: font, fontSize: 12 } };
}

// The chart as an SVG file, always in the light colours; its title and text alternative go with it.
export function svgText(chart: Chart, width: number): string {
  const height = chart.height(width);
  const instance = init(null, null, { renderer: 'svg', ssr: true, width, height });
  instance.setOption({ ...finish(chart.option({ palette: light, width })), backgroundColor: light.ground });
  const text = instance.renderToSVGString();
  instance.dispose();
  const escape = (x: string): string => x.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  return text.replace(/>/, `><title>${escape(chart.title)}</title><desc>${escape(chart.alt)}</desc>`);
}

const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    watcher.unobserve(entry.target);
    drawn.get(entry.target)?.draw();
  }
}, { rootMargin: '300px' });

// Once the page has its figures: reserves their room, and follows the window's width, the choice of light or dark, and printing.
export function followWindow(): void {
  drawn.forEach((figure) => figure.reserve());
  let waiting = 0;
  window.addEventListener('resize', () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => drawn.forEach((figure) => figure.resized()));
  });
  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => drawn.forEach((figure) => figure.refresh()));
  window.addEventListener('beforeprint', () => drawn.forEach((figure) => figure.toPaper()));
  window.addEventListener('afterprint', () => drawn.forEach((figure) => figure.fromPaper()));
}
