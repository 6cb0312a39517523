// Ranges on the axes of parallel coordinates for those who do not drag: native fields that brush what is typed, and show
// what was brushed with the mouse.
import { h } from './dom';
import type { EChartsType } from './echarts';

export interface FilterAxis {
  name: string;
  low: number;
  high: number;
  choices: string[] | null; // their places are the axis' values
}

type Range = [number, number];

export class AxisFilter {
  readonly element: HTMLDetailsElement;
  private readonly picked = new Map<string, Range[]>(); // by axis; several where they were dragged
  private readonly fields = h('div', { class: 'ranges' });
  private readonly status = h('p', { role: 'status', class: 'note' });
  private axes: FilterAxis[] = [];
  private chart: EChartsType | null = null;

  // `tell` says in words what is left.
  constructor(private readonly tell: (passes: (axis: string, value: number | null) => boolean) => string) {
    this.element = h('details', { class: 'fold' }, h('summary', {}, 'Pick ranges by typing'), this.fields, this.status,
      h('button', { type: 'button', click: () => this.clear() }, 'Let go of all ranges'));
  }

  // After each drawing: a new chart knows nothing of what was picked.
  attach(chart: EChartsType, axes: FilterAxis[]): void {
    this.chart = chart;
    if (axes.map((axis) => axis.name).join() !== this.axes.map((axis) => axis.name).join()) {
      this.fields.replaceChildren(...axes.map((axis) => this.fieldset(axis)));
    }
    this.axes = axes;
    axes.forEach((_, index) => this.brush(index));
    chart.on('axisareaselected', (event) => {
      const { parallelAxisIndex, parallelAxisId, intervals } = event as { parallelAxisIndex?: number; parallelAxisId?: string; intervals: Range[] };
      const index = parallelAxisIndex ?? axes.findIndex(({ name }) => name === parallelAxisId);
      if (!axes[index]) return;
      this.picked.set(axes[index].name, intervals);
      this.show(index);
      this.say();
    });
    axes.forEach((_, index) => this.show(index));
    this.say();
  }

  private fieldset(axis: FilterAxis): HTMLElement {
    const field = (which: 'from' | 'to'): HTMLElement => {
      const change = (): void => this.typed(axis);
      return h('label', {}, `${which} `, axis.choices
        ? h('select', { change }, h('option', { value: '' }, 'any'), axis.choices.map((choice, place) => h('option', { value: place }, choice)))
        : h('input', { type: 'number', step: 'any', min: axis.low, max: axis.high, placeholder: String(which === 'from' ? axis.low : axis.high), change }));
    };
    return h('fieldset', { 'data-axis': axis.name }, h('legend', {}, axis.name), field('from'), field('to'));
  }

  private inputs(index: number): (HTMLInputElement | HTMLSelectElement)[] {
    return [...(this.fields.children[index]?.querySelectorAll<HTMLInputElement | HTMLSelectElement>('input, select') ?? [])];
  }

  private typed({ name, low, high, choices }: FilterAxis): void {
    const index = this.axes.findIndex((axis) => axis.name === name);
    const [from, to] = this.inputs(index).map(({ value }) => value);
    const room = choices ? 0.4 : 0; // a single choice is a range that can be seen
    this.picked.set(name, from === '' && to === '' ? [] : [[(from === '' ? low : Number(from)) - room, (to === '' ? high : Number(to)) + room]]);
    this.brush(index);
    this.say();
  }

  private brush(index: number): void {
    const intervals = this.picked.get(this.axes[index]!.name) ?? [];
    this.chart?.dispatchAction({ type: 'axisAreaSelect', parallelAxisIndex: index, intervals });
  }

  // What was brushed, in the fields; several ranges are not shown. Never under the fingers of who types.
  private show(index: number): void {
    const { name, low, high, choices } = this.axes[index]!;
    const inputs = this.inputs(index);
    if (inputs.some((input) => input === document.activeElement)) return;
    const ranges = this.picked.get(name) ?? [];
    const ends = ranges.length === 1 ? [...ranges[0]!].sort((a, b) => a - b) as Range : null;
    const text = (value: number, place: 0 | 1): string => (choices ? String(place === 0 ? Math.ceil(value) : Math.floor(value))
      : value === [low, high][place] ? '' : String(Number(value.toPrecision(4))));
    inputs.forEach((input, place) => { input.value = ends ? text(ends[place]!, place as 0 | 1) : ''; });
  }

  private say(): void {
    const shown = new Set(this.axes.map(({ name }) => name));
    this.status.textContent = this.tell((axis, value) => {
      const ranges = shown.has(axis) ? this.picked.get(axis) ?? [] : [];
      return ranges.length === 0 || (value !== null && ranges.some(([a, b]) => value >= Math.min(a, b) && value <= Math.max(a, b)));
    });
  }

  private clear(): void {
    this.picked.clear();
    this.axes.forEach((_, index) => { this.brush(index); this.show(index); });
    this.say();
  }
}
