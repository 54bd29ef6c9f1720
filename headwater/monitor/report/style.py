"""The report's style sheet: system fonts, light and dark, paper and phone; no script and no download.

The three radio buttons before everything else choose the language, by CSS alone.
"""

CSS = """
:root { --ink: #1c2024; --soft: #5c6670; --paper: #fdfdfb; --panel: #f3f4f1; --line: #d9dcd6; --link: #0b5c96;
  --warn: #b23a00; --c0: #0072b2; --c1: #d55e00; --c2: #00835f; --c3: #b5548c; --c4: #b57900; --c5: #3796cf;
  --c6: #55595e; --c7: #7a6a00; }
@media screen and (prefers-color-scheme: dark) { :root { --ink: #e6e8ea; --soft: #a3adb6; --paper: #15181b;
  --panel: #1f2428; --line: #363d43; --link: #7cc0f2; --warn: #ff9a66; --c0: #56b4e9; --c1: #ff8a3d; --c2: #2fc79c;
  --c3: #e59ac3; --c4: #e6b83c; --c5: #9ad0f5; --c6: #b4bac0; --c7: #e8dc55; } }
* { box-sizing: border-box; }
html { color-scheme: light dark; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.6 system-ui, -apple-system, "Segoe UI",
  Roboto, "Helvetica Neue", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC",
  "Source Han Sans SC", "WenQuanYi Micro Hei", sans-serif; }
.page { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1.1rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.25; margin: .6rem 0 .4rem; overflow-wrap: anywhere; }
h2 { font-size: 1.3rem; line-height: 1.3; margin: 3rem 0 .6rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.02rem; margin: 1.6rem 0 .4rem; }
p, ul, ol { margin: .5rem 0; max-width: 46rem; }
a { color: var(--link); }
code, pre, .mono { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace;
  font-size: .88em; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: .7rem .9rem;
  overflow-x: auto; line-height: 1.5; }
.lead { font-size: 1.1rem; }
.note { color: var(--soft); font-size: .9rem; }
.warn { border-left: 4px solid var(--warn); padding: .3rem .8rem; background: var(--panel); overflow-wrap: anywhere; }
.choice { position: absolute; opacity: 0; pointer-events: none; }
.languages { display: flex; gap: .4rem; flex-wrap: wrap; }
.languages label { border: 1px solid var(--line); border-radius: 999px; padding: .1rem .8rem; cursor: pointer;
  font-size: .9rem; }
#lang-en:checked ~ .page label[for=lang-en], #lang-zh:checked ~ .page label[for=lang-zh],
#lang-both:checked ~ .page label[for=lang-both] { background: var(--ink); color: var(--paper); }
#lang-en:focus-visible ~ .page label[for=lang-en], #lang-zh:focus-visible ~ .page label[for=lang-zh],
#lang-both:focus-visible ~ .page label[for=lang-both] { outline: 3px solid var(--c0); outline-offset: 2px; }
#lang-en:checked ~ .page .zh, #lang-zh:checked ~ .page .en { display: none; }
#lang-both:checked ~ .page span.zh::before { content: " / "; color: var(--soft); }
#lang-both:checked ~ .page p.zh { color: var(--soft); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.2rem, 1fr)); gap: .6rem; margin: 1.1rem 0;
  padding: 0; list-style: none; max-width: none; }
.cards li { background: var(--panel); border-radius: 8px; padding: .6rem .8rem; }
.cards b { display: block; font-size: 1.25rem; line-height: 1.35; white-space: nowrap; }
.cards span { color: var(--soft); font-size: .85rem; }
nav { margin: 1.2rem 0; font-size: .92rem; }
nav a { margin-right: .9rem; white-space: nowrap; display: inline-block; }
.wide { overflow-x: auto; margin: .6rem 0; }
table { border-collapse: collapse; font-size: .9rem; line-height: 1.45; min-width: 60%; }
caption { text-align: left; color: var(--soft); padding-bottom: .3rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; color: var(--soft); }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.url { overflow-wrap: anywhere; }
.sample { white-space: pre-wrap; overflow-wrap: anywhere; overflow: hidden; unicode-bidi: isolate;
  border-left: 3px solid var(--line); padding: .1rem 0 .1rem .8rem; margin: .3rem 0 .9rem; font-size: .92rem;
  line-height: 1.65; }
.prompt { color: var(--soft); }
.made { border-left-color: var(--c0); }
.no { border-left-color: var(--warn); }
.change { font-weight: 400; background: var(--panel); box-shadow: inset 0 -2px var(--warn); }
details { margin: .5rem 0; }
summary { cursor: pointer; padding: .15rem 0; }
.meta { font-size: .85rem; color: var(--soft); margin: .8rem 0 .1rem; max-width: none; overflow-wrap: anywhere; }
figure { margin: 1rem 0; }
figcaption { font-weight: 600; font-size: .95rem; }
svg.chart { display: block; width: 100%; min-width: 36rem; height: auto; }
.panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: .4rem 1.4rem; }
.panels figure { margin: .6rem 0 0; } .panels figcaption { font-size: .86rem; line-height: 1.35; min-height: 2.4em;
  overflow-wrap: anywhere; } .panels figcaption code { font-weight: 400; color: var(--soft); }
.panels .note { font-size: .8rem; margin: 0; }
svg.small { display: block; width: 100%; height: auto; }
.sides { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: 0 1.6rem; }
.sides > div { min-width: 0; } .sides h3 { margin: .5rem 0 0; font-weight: 400; color: var(--soft); }
svg.bar { width: 12rem; height: .95rem; vertical-align: middle; }
svg.brief { width: 6.5rem; }
svg text { fill: var(--ink); font-size: 12px; font-family: inherit; }
svg .tick { fill: var(--soft); font-size: 11px; }
svg .grid { stroke: var(--line); stroke-width: 1; }
svg .axis { stroke: var(--soft); stroke-width: 1; }
svg .curve { fill: none; stroke-width: 1.7; stroke-linejoin: round; }
svg .thin { stroke-width: .8; opacity: .38; }
svg .whisker { stroke: var(--c0); stroke-width: 2.5; }
svg .trough { fill: var(--panel); stroke: var(--line); stroke-width: .5; }
svg .asked { stroke: var(--ink); stroke-width: 2.5; }
svg .limit { stroke: var(--warn); stroke-width: 1.3; } svg text.limit { stroke: none; fill: var(--warn); }
svg .gap { fill: var(--warn); }
.legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .1rem 1.1rem; font-size: .88rem; }
.legend svg { vertical-align: middle; }
.c0 { --own: var(--c0); } .c1 { --own: var(--c1); } .c2 { --own: var(--c2); } .c3 { --own: var(--c3); }
.c4 { --own: var(--c4); } .c5 { --own: var(--c5); } .c6 { --own: var(--c6); } .c7 { --own: var(--c7); }
svg .curve { stroke: var(--own); }
svg .fill, svg .dot { fill: var(--own); }
@media (max-width: 40rem) { .page { padding: 1rem .8rem 3rem; } h1 { font-size: 1.5rem; } svg.bar { width: 7rem; } }
@media print { body { background: #fff; font-size: 10.5pt; } .page { max-width: none; padding: 0; }
  .languages, nav { display: none; } h2 { break-after: avoid; } figure, tr, .sample { break-inside: avoid; }
  .wide { overflow: visible; } svg.chart { min-width: 0; } pre { white-space: pre-wrap; } a { color: inherit; } }
"""
