"""The colours and type of our SVG drawings, for light and dark; the page takes over the same rules and variables."""

from __future__ import annotations

STYLE = """
svg.flow { --paper:#faf9f6; --card:#ffffff; --ink:#1f2328; --soft:#6a6f78; --edge:#c9c5bb; --wire:#8d8a82;
  --accent:#0f6b5c; --lib:#f0f3f9; --lib-edge:#c3cde0; --lib-ink:#4a5d86; --tag:#e8f2ef; --tag-ink:#0b5549;
  --good:#e2f4e7; --good-ink:#166534; --later:#fdf1d8; --later-ink:#8a5a08; --stop:#fbe6e7; --stop-ink:#a1262e;
  --plain:#eeece7; --plain-ink:#4e4b44; --ground:#f1f0ec; --bad:#c8323a; --h1:#efe9f8; --h1-ink:#5a3d93;
  --h2:#e6eff9; --h2-ink:#1d528f; --h3:#f8efdc; --h3-ink:#7a5312; --h4:#f9e7ee; --h4-ink:#8d2a55;
  --h5:#eaf1dc; --h5-ink:#456012;
  font-family: Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
@media (prefers-color-scheme: dark) { svg.flow { --paper:#15171a; --card:#1f2226; --ink:#eceae4; --soft:#9ba0a8;
  --edge:#3b4047; --wire:#7c8087; --accent:#5fd0b8; --lib:#1e2431; --lib-edge:#36435d; --lib-ink:#a3b6df;
  --tag:#1d3a35; --tag-ink:#8fe0cd; --good:#163323; --good-ink:#86dba6; --later:#3a2c10; --later-ink:#f1c673;
  --stop:#3e1c1f; --stop-ink:#f4a3a8; --plain:#2a2d31; --plain-ink:#c5c2ba;
  --ground:#1a1d21; --bad:#ff7b81; --h1:#2d2541; --h1-ink:#c4b0ee; --h2:#1b2d42; --h2-ink:#9cc4f0; --h3:#382d17;
  --h3-ink:#e5c37f; --h4:#3b2030; --h4-ink:#efa6c6; --h5:#28321a; --h5-ink:#bcd58b; } }
svg.flow .paper { fill: var(--paper); }
svg.flow .box { fill: var(--card); stroke: var(--edge); stroke-width: 1.25; }
svg.flow .library .box { fill: var(--lib); stroke: var(--lib-edge); }
svg.flow .start .box { stroke: var(--accent); stroke-width: 2; }
svg.flow .unreached .box { stroke-dasharray: 5 4; }
svg.flow .unreached { opacity: .7; }
svg.flow .name { fill: var(--ink); font-size: 14px; font-weight: 620; letter-spacing: -.005em; }
svg.flow .says { fill: var(--soft); font-size: 12px; }
svg.flow .fact { fill: var(--soft); font-size: 11px; }
svg.flow .glyph { fill: none; stroke: var(--soft); stroke-width: 1.4; stroke-linecap: round; stroke-linejoin: round; }
svg.flow .tag rect { fill: var(--tag); } svg.flow .tag text { fill: var(--tag-ink); }
svg.flow .tag text { font-size: 10px; font-weight: 600; }
svg.flow .hue1 rect { fill: var(--h1); } svg.flow .hue1 text { fill: var(--h1-ink); }
svg.flow .hue2 rect { fill: var(--h2); } svg.flow .hue2 text { fill: var(--h2-ink); }
svg.flow .hue3 rect { fill: var(--h3); } svg.flow .hue3 text { fill: var(--h3-ink); }
svg.flow .hue4 rect { fill: var(--h4); } svg.flow .hue4 text { fill: var(--h4-ink); }
svg.flow .hue5 rect { fill: var(--h5); } svg.flow .hue5 text { fill: var(--h5-ink); }
svg.flow .from rect { fill: none; stroke: var(--lib-edge); } svg.flow .from text { fill: var(--lib-ink); }
svg.flow .line { fill: none; stroke: var(--wire); stroke-width: 1.5; }
svg.flow .back .line { stroke-dasharray: 1 5; stroke-linecap: round; stroke-width: 2; }
svg.flow .head { fill: var(--wire); }
svg.flow .ground { fill: var(--ground); stroke: var(--lib-edge); stroke-width: 1.25; stroke-dasharray: 6 4; }
svg.flow .jump rect { fill: none; stroke: var(--wire); stroke-width: 1.25; stroke-dasharray: 3 3; }
svg.flow .jump text { fill: var(--soft); font-size: 12px; font-weight: 600; }
svg.flow .jump.broken rect { stroke: var(--bad); stroke-width: 2; } svg.flow .jump.broken text { fill: var(--bad); }
svg.flow .returns rect { fill: none; stroke: var(--lib-edge); stroke-width: 1.25; }
svg.flow .returns text { fill: var(--lib-ink); } svg.flow .returns .glyph { stroke: var(--lib-ink); }
svg.flow .glyph.kept, svg.flow .glyph.gives { stroke: var(--accent); } svg.flow .fact.kept { fill: var(--accent); }
svg.flow .pill.kept rect { stroke: var(--accent); stroke-width: 1.25; }
svg.flow .promise text { fill: var(--ink); font-size: 12px; } svg.flow .glyph.proved { stroke: var(--accent); }
svg.flow .promise.broken text { fill: var(--bad); } svg.flow .promise .path { font-size: 11px; }
svg.flow .glyph.broken, svg.flow .glyph.unproved { stroke: var(--bad); stroke-width: 1.8; }
svg.flow .state.broken .box, svg.flow .pill.broken rect { stroke: var(--bad); stroke-width: 2; }
svg.flow .edge.broken .line { stroke: var(--bad); stroke-width: 2.5; } svg.flow .edge.broken .head { fill: var(--bad); }
svg.flow .exit.broken .fact { fill: var(--bad); } svg.flow .exit.broken .glyph { stroke: var(--bad); }
svg.flow .faded { opacity: .45; }
svg.flow .dot { fill: var(--accent); }
svg.flow .label { fill: var(--soft); font-size: 11px; font-weight: 500; text-anchor: middle;
  paint-order: stroke; stroke: var(--paper); stroke-width: 6px; stroke-linejoin: round; }
svg.flow .scope .label { stroke: var(--ground); } svg.flow .edge.broken .label { fill: var(--bad); }
svg.flow .pill rect { fill: var(--plain); } svg.flow .pill text { fill: var(--plain-ink); }
svg.flow .pill .glyph { stroke: var(--plain-ink); stroke-width: 1.7; }
svg.flow .success rect { fill: var(--good); } svg.flow .success text { fill: var(--good-ink); }
svg.flow .success .glyph { stroke: var(--good-ink); }
svg.flow .retry rect { fill: var(--later); } svg.flow .retry text { fill: var(--later-ink); }
svg.flow .retry .glyph { stroke: var(--later-ink); }
svg.flow .suppress rect { fill: var(--stop); } svg.flow .suppress text { fill: var(--stop-ink); }
svg.flow .suppress .glyph { stroke: var(--stop-ink); }
svg.flow .pill text { font-size: 12px; font-weight: 600; }
svg.flow .panel > .frame { fill: var(--card); stroke: var(--edge); stroke-width: 1; }
svg.flow .heading { fill: var(--ink); font-size: 13px; font-weight: 650; }
svg.flow .title { fill: var(--ink); font-size: 20px; font-weight: 680; letter-spacing: -.015em; }
svg.flow .handler text { fill: var(--ink); font-size: 12px; } svg.flow .handler .soft { fill: var(--soft); }
svg.flow .handler.library text { fill: var(--lib-ink); } svg.flow .handler.library .soft { fill: var(--soft); }
svg.flow .rule { stroke: var(--edge); stroke-width: 1; }
"""
