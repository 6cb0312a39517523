// The parts of Apache ECharts that the page uses.
import { BarChart, CustomChart, HeatmapChart, LineChart, LinesChart, ParallelChart, ScatterChart } from 'echarts/charts';
import {
  DataZoomComponent, GridComponent, MarkLineComponent, ParallelComponent, TooltipComponent, VisualMapComponent,
} from 'echarts/components';
import { getInstanceByDom, init, use } from 'echarts/core';
import type { EChartsType } from 'echarts/core';
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers';
import type { EChartsOption } from 'echarts';

use([
  BarChart, CustomChart, HeatmapChart, LineChart, LinesChart, ParallelChart, ScatterChart,
  DataZoomComponent, GridComponent, MarkLineComponent, ParallelComponent, TooltipComponent, VisualMapComponent,
  CanvasRenderer, SVGRenderer,
]);

export { getInstanceByDom, init };
export type { EChartsOption, EChartsType };
