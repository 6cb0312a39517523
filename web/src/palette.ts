// Colours of the charts: after Okabe and Ito, which people with any kind of colour vision tell apart; a lighter set on
// dark ground. The meaning of each is the same in every chart.

export interface Palette {
  ink: string; // text and axes
  muted: string; // secondary text
  line: string; // grid
  ground: string; // behind the chart
  tuned: string;
  untuned: string;
  other: string; // everything that is context
  third: string;
  bad: string;
  ramp: string[]; // from worse to better
}

// Viridis, which is even in lightness and readable in grey.
const viridis = ['#440154', '#46327e', '#365c8d', '#277f8e', '#1fa187', '#4ac16d', '#a0da39', '#fde725'];

export const light: Palette = {
  ink: '#1f2328', muted: '#5a6169', line: '#e4e6e9', ground: '#ffffff',
  tuned: '#0072b2', untuned: '#d55e00', other: '#8b939c', third: '#007a5a', bad: '#a3246d',
  ramp: viridis.slice(0, 7).reverse(),
};

export const dark: Palette = {
  ink: '#e6e8eb', muted: '#a3abb5', line: '#32373e', ground: '#15181c',
  tuned: '#56b4e9', untuned: '#f0a04b', other: '#7d8691', third: '#3fc79a', bad: '#e079b4',
  ramp: viridis.slice(1),
};

// Light: the best is darkest; dark: the best is brightest.
export function current(): Palette {
  return window.matchMedia('(prefers-color-scheme: dark)').matches ? dark : light;
}
