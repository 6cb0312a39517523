// Which images the winner confuses: the matrix, the worst pairs, and the hardest images themselves.
import { categoryAxis, option, tooltip } from '../axes';
import type { Chart } from '../chart';
import { h } from '../dom';
import { integer, percent, share } from '../format';
import type { Errors } from '../generated/document';
import { figure, lead, missing, section, table, type Section } from '../layout';
import type { Study } from '../study';

export function errorsSection(study: Study): Section {
  const title = 'What it still gets wrong';
  const { errors } = study.document;
  if (!errors) return section('errors', title, missing('No model of the winner was kept to look at its mistakes.', study.confirmCommand));
  const sums = errors.confusion.map((row) => row.reduce((a, b) => a + b, 0));
  const all = sums.reduce((a, b) => a + b, 0);
  const right = errors.confusion.reduce((sum, row, i) => sum + row[i]!, 0);
  const first = errors.pairs[0];
  return section('errors', title,
    lead(`On ${integer(all)} ${errors.images} images the winner is wrong ${integer(all - right)} times (${percent((all - right) / all)}).`,
      first ? ` Most often it takes ${first.a} for ${first.b}.` : null),
    figure(matrix(errors, sums)),
    ...[
      errors.pairs.length > 0 ? table('Most confused pairs', [{ title: 'True class' }, { title: 'Taken for' }, { title: 'Images', number: true }, { title: 'Share', number: true }],
        errors.pairs.map((p) => [p.a, p.b, integer(p.count), share(p.share)])) : null,
      errors.hardest.length > 0 ? h('div', { class: 'hardest' }, h('h3', {}, 'Hardest images'),
        h('p', { class: 'note' }, 'Missed most confidently. Below each: the true class, then what it was taken for and how surely.'),
        h('ul', {}, errors.hardest.map((image) => h('li', {},
          h('img', { src: image.image.startsWith('data:image/png;base64,') ? image.image : '', alt: `A ${image.label}`, width: 56, height: 56, loading: 'lazy' }),
          h('span', {}, image.label), h('span', { class: 'wrong' }, `${image.predicted} ${percent(image.probability, 0)}`))))) : null]);
}

// Mistakes carry the colour; the diagonal, which is most of it, stays pale so that it does not drown them.
function matrix({ classes, confusion }: Errors, sums: number[]): Chart {
  const n = classes.length;
  const wrong = confusion.map((row, i) => row.map((x, j) => (i === j || sums[i] === 0 ? 0 : x / sums[i]!)));
  const most = Math.max(1e-9, ...wrong.flat());
  return {
    name: 'confusion', title: 'Confusion matrix', height: (width) => Math.min(520, Math.max(330, width * 0.72)),
    alt: `Rows are true classes, columns predictions. Right: ${classes.map((name, i) => `${name} ${sums[i] ? percent(confusion[i]![i]! / sums[i]!) : '–'}`).join(', ')}.`,
    caption: 'Rows: true class. Columns: what was predicted. Counts; the darker, the larger the share of its row that went wrong.',
    option: ({ palette, width }) => {
      const small = width < 520;
      return option({
        grid: { left: small ? 74 : 96, right: 8, top: small ? 64 : 54, bottom: 8 },
        xAxis: categoryAxis(palette, classes, { position: 'top', axisLine: { show: false }, axisLabel: { color: palette.ink, rotate: small ? 60 : n > 6 ? 35 : 0, interval: 0, fontSize: small ? 10 : 12, width: 90, overflow: 'truncate' } }),
        yAxis: categoryAxis(palette, classes, { inverse: true, axisLine: { show: false }, axisLabel: { color: palette.ink, interval: 0, fontSize: small ? 10 : 12, width: small ? 70 : 92, overflow: 'truncate' } }),
        tooltip: tooltip(palette, ({ data }) => {
          const [j, i] = (data as { value: number[] }).value as [number, number];
          return [`${classes[i]} → ${classes[j]}`, `${integer(confusion[i]![j]!)} images, ${sums[i] ? share(confusion[i]![j]! / sums[i]!) : '–'} of the class`];
        }),
        series: [{
          type: 'custom', encode: { x: 0, y: 1 }, data: confusion.flatMap((row, i) => row.map((x, j) => ({ value: [j, i, x] }))),
          renderItem: (_: unknown, api: { value: (i: number) => number; coord: (p: number[]) => [number, number]; size: (p: number[]) => [number, number] }) => {
            const j = api.value(0), i = api.value(1);
            const [x, y] = api.coord([j, i]);
            const [w, t] = api.size([1, 1]);
            const strength = i === j ? 0 : Math.sqrt(wrong[i]![j]! / most);
            const cell = { x: x - w / 2 + 1, y: y - t / 2 + 1, width: w - 2, height: t - 2, r: 2 };
            return { type: 'group', children: [
              { type: 'rect', shape: cell, style: { fill: i === j ? palette.line : palette.tuned, opacity: i === j ? 1 : 0.85 * strength } },
              { type: 'text', silent: true, style: { text: confusion[i]![j] === 0 ? '' : String(confusion[i]![j]), x, y, align: 'center', verticalAlign: 'middle', fontSize: small ? 9 : 12,
                fill: strength > 0.6 ? palette.ground : i === j || strength > 0.25 ? palette.ink : palette.muted } }] };
          },
        }],
      });
    },
    table: () => ({ columns: ['true class', ...classes], rows: confusion.map((row, i) => [classes[i], ...row]) }),
  };
}
