/** The report: one HTML file that opens from disk, without a server, a network or a script of others. */

import type { Image } from '../../tensor/index.ts'
import type { PaintedScale } from '../pictures/messages.ts'
import { dataUrl, escape, figure, percent, stops } from './markup.ts'
import type { Exhibit, ExhibitPanel } from './messages.ts'

type Painted = { readonly image: Image; readonly scale: PaintedScale }

export function reportOf(exhibit: Exhibit, photo: Image, painted: (panel: ExhibitPanel) => Painted): string {
  const { title, subtitle, name, best, panels, link } = exhibit
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${escape(title)}</h1>
<p>${escape(subtitle)}</p>
<label class="peek"><input type="checkbox" id="peek"> show the photograph in every panel</label>
</header>
<main>
<figure>
<h2>${escape(name)}</h2>
<img id="photo" src="${dataUrl(photo)}" alt="${escape(name)}">
<table class="best">${best.slice(0, 5).map(bestRow).join('')}</table>
<figcaption>${photo.width} × ${photo.height} px</figcaption>
</figure>
${panels.map((panel) => figureOf(panel, painted(panel))).join('\n')}
</main>
<section>
<h2>What they ask, and what to mind</h2>
${panels.map(({ title: method, question, warning, reference }) => `<p><b>${escape(method)}.</b> ${escape(question)} <span>${escape(warning)} ${escape(reference)}</span></p>`).join('\n')}
</section>
<section>
<h2>Certificates</h2>
<div class="wide"><table class="facts">
<thead><tr>${columns.map(([head], i) => `<th><button data-column="${i}">${head}</button></th>`).join('')}</tr></thead>
<tbody>${panels.map(({ certificate }) => `<tr>${columns.map(([, read]) => `<td>${escape(read(certificate))}</td>`).join('')}</tr>`).join('\n')}</tbody>
</table></div>
<details><summary>All of it, as JSON</summary><pre>${escape(
    JSON.stringify(
      panels.map(({ certificate }) => certificate),
      null,
      2,
    ),
  )}</pre></details>
</section>
<footer>Made by Fovea in the browser; the photograph was not uploaded. <a href="${escape(link)}">The page with this state</a> (where it is served)</footer>
<script>${script}</script>
</body>
</html>
`
}

const bestRow = ({ label, probability }: Exhibit['best'][number]) =>
  `<tr><td>${escape(label)}</td><td><i style="width:${(100 * (probability ?? 0)).toFixed(1)}%"></i></td><td>${percent(probability)}</td></tr>`

function figureOf({ title, caption, status }: ExhibitPanel, { image, scale }: Painted): string {
  return `<figure>
<h2>${escape(title)}</h2>
<div class="picture"><img class="map" src="${dataUrl(image)}" alt="${escape(`Heatmap of ${title}`)}">${status ? `<b>${escape(status)}</b>` : ''}</div>
<div class="bar" style="background:linear-gradient(to right,${stops(scale).join(',')})"></div>
<div class="ends"><span>${figure(scale.min)}</span>${scale.zero === null ? '' : '<span>0</span>'}<span>${figure(scale.max)}</span></div>
<figcaption>${caption.map(escape).join('<br>')}</figcaption>
</figure>`
}

type Fact = readonly [head: string, read: (certificate: ExhibitPanel['certificate']) => string]

const columns: readonly Fact[] = [
  ['method', ({ method }) => method],
  ['explains', ({ objective, label }) => (label ? `${objective} (${label})` : objective)],
  ['score', ({ score }) => figure(score)],
  ['layer', ({ layer }) => layer?.name ?? 'the image'],
  ['lowest', ({ minimum }) => figure(minimum)],
  ['highest', ({ maximum }) => figure(maximum)],
  ['status', ({ status }) => status],
  ['rules', ({ rules }) => rules],
  ['model', ({ model }) => `${model.name} ${model.sha256.slice(0, 12)}`],
  ['engine', ({ engine }) => engine],
]

const style = `
:root{color-scheme:light dark;--ink:light-dark(#16181d,#e8eaee);--grey:light-dark(#565d69,#9aa1ad);--line:light-dark(#d9dce1,#2a2e36);--sunken:light-dark(#eef0f2,#1e2127)}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1320px;padding:32px 24px;background:light-dark(#fff,#101114);color:var(--ink);font:13px/20px system-ui,sans-serif;font-variant-numeric:tabular-nums}
h1{margin:0;font-size:20px;line-height:28px}h2{margin:0 0 6px;font-size:13px}p{margin:4px 0}
header{padding-bottom:16px;border-bottom:1px solid var(--line)}header p,figcaption,section span,footer{color:var(--grey)}
main{display:grid;grid-template-columns:repeat(auto-fill,minmax(260px,1fr));gap:24px;padding:20px 0}
figure{margin:0;min-width:0}img{display:block;width:100%;border-radius:6px}
.picture{position:relative}.picture b{position:absolute;inset:auto 8px 8px;padding:6px 10px;border-radius:6px;background:#101114d6;color:#fff}
.bar{height:8px;margin-top:8px;border-radius:4px}.ends{display:flex;justify-content:space-between;font-size:12px}
figcaption{font-size:12px;line-height:17px;margin-top:4px}
.best{width:100%;margin-top:6px;border-spacing:0}.best td{padding:2px 0}.best td:nth-child(2){width:34%;padding:0 10px}.best td:last-child{text-align:right}
.best i{display:block;height:6px;border-radius:3px;background:var(--grey)}
section{padding:16px 0;border-top:1px solid var(--line)}.wide{overflow-x:auto}
.facts{border-spacing:0;white-space:nowrap}.facts td,.facts th{padding:4px 16px 4px 0;text-align:left;border-bottom:1px solid var(--line)}
.facts button{padding:0;border:0;background:none;font:inherit;font-weight:600;color:inherit;cursor:pointer}.facts button:hover{text-decoration:underline}
pre{overflow:auto;padding:12px;border-radius:6px;background:var(--sunken);font-size:12px}summary{margin-top:12px;cursor:pointer}
.peek{display:inline-block;margin-top:8px}footer{padding-top:16px;border-top:1px solid var(--line)}a{color:inherit}
@media print{.peek,details{display:none}}`

const script = `
const photo = document.getElementById('photo').src
const maps = [...document.querySelectorAll('.map')].map((image) => [image, image.src])
document.getElementById('peek').onchange = (event) => {
  for (const [image, map] of maps) image.src = event.target.checked ? photo : map
}
for (const button of document.querySelectorAll('[data-column]')) {
  let down = false
  button.onclick = () => {
    const body = document.querySelector('.facts tbody')
    const text = (row) => row.cells[button.dataset.column].textContent
    const rows = [...body.rows].sort((a, b) => text(a).localeCompare(text(b), undefined, { numeric: true }))
    if (down) rows.reverse()
    down = !down
    body.append(...rows)
  }
}`
