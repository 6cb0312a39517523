// Axes, tooltips and marks that the charts share.
import type { EChartsOption } from './echarts';
import { h, type Child } from './dom';
import { number } from './format';
import type { Palette } from './palette';

// ECharts' option types are unions too wide to be built piece by piece.
export type Part = Record<string, unknown>;

export function grid(extra: Part = {}): Part {
  return { left: 8, right: 16, top: 12, bottom: 34, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel', ...extra };
}

export function valueAxis(palette: Palette, name: string, extra: Part = {}): Part {
  return {
    type: 'value', name, nameLocation: 'middle', nameGap: 28, scale: true,
    nameTextStyle: { color: palette.muted },
    axisLabel: { color: palette.muted, hideOverlap: true, formatter: (x: number) => number(x, 6) }, axisLine: { show: false }, axisTick: { show: false },
    splitLine: { lineStyle: { color: palette.line } },
    ...extra,
  };
}

// An upright axis whose name stands above it, which reads better than a turned one.
export function uprightAxis(palette: Palette, name: string, extra: Part = {}): Part {
  return valueAxis(palette, name, { nameLocation: 'end', nameGap: 10, nameTextStyle: { color: palette.muted, align: 'left' }, ...extra });
}

export function categoryAxis(palette: Palette, names: string[], extra: Part = {}): Part {
  return {
    type: 'category', data: names, axisLabel: { color: palette.ink }, axisLine: { lineStyle: { color: palette.line } },
    axisTick: { show: false }, splitLine: { show: false }, ...extra,
  };
}

// A tooltip whose lines are text, never markup; `lines` gets ECharts' description of what is pointed at.
export function tooltip(palette: Palette, lines: (target: { seriesName?: string; data: unknown; dataIndex: number; value: unknown }) => Child[] | null,
  extra: Part = {}): Part {
  return {
    trigger: 'item', confine: true, transitionDuration: 0,
    backgroundColor: palette.ground, borderColor: palette.line, textStyle: { color: palette.ink, fontSize: 12 },
    formatter: (target: never) => {
      const [head, ...rest] = lines(target) ?? [];
      return head === undefined ? '' : h('div', { class: 'tip' }, h('strong', {}, head), rest.map((line) => h('div', {}, line)));
    },
    ...extra,
  };
}

// Zoom along x by dragging the bar below the chart, or with Ctrl and the wheel.
export function zoom(palette: Palette): Part[] {
  return [
    { type: 'inside', zoomOnMouseWheel: 'ctrl', moveOnMouseMove: true, moveOnMouseWheel: false, preventDefaultMouseMove: false },
    { type: 'slider', height: 16, bottom: 4, borderColor: palette.line, showDataShadow: false, showDetail: false,
      brushSelect: false, fillerColor: `${palette.other}33`, handleSize: '120%', moveHandleSize: 0 },
  ];
}

export function option(parts: Part): EChartsOption {
  return parts as EChartsOption;
}
