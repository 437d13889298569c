(function () {
  "use strict";

  const data = JSON.parse(document.getElementById("data").textContent);
  const texts = data.texts;
  const measures = ["strength", "degree", "pagerank", "betweenness"];
  const structure = new Set(["hosts", "works_in", "advances", "offers", "supports", "serves", "about", "concerns"]);
  const ofIndustry = new Set(["works_in", "advances"]);
  const most = 60; // entries of a list in the panel
  const byId = (id) => document.getElementById(id);
  const state = {
    nodeKinds: new Set(Object.keys(data.kinds)),
    edgeKinds: new Set(Object.keys(data.lines).filter((kind) => data.lines[kind].shown)),
    industry: null,
    within: null,
    size: data.size,
    node: null,
    edge: null,
  };

  // What belongs together

  const edges = data.network.edges;
  const linesOf = data.nodes.map(() => []);
  edges.forEach((edge) => {
    linesOf[edge.from].push(edge.id);
    if (edge.to !== edge.from) linesOf[edge.to].push(edge.id);
  });
  const agreementsOf = data.nodes.map(() => []);
  data.agreements.forEach((agreement, i) => {
    new Set([...agreement.parties, ...agreement.topics]).forEach((end) => {
      if (typeof end === "number") agreementsOf[end].push(i);
    });
  });
  const otherEnd = (edge, node) => (edge.from === node ? edge.to : edge.from);
  const isolated = data.nodes.map((_, i) => linesOf[i].length === 0);

  // The network

  const dense = Math.min(1, Math.max(0.3, Math.sqrt(700 / edges.length)));
  const opacity = (kind) => (structure.has(kind) ? 0.95 : kind === "tie" ? 0.75 : 0.9) * dense;
  const lineColour = (kind, faint) => ({
    color: data.lines[kind].colour, highlight: "#0F172A", hover: "#0F172A", opacity: faint ? 0.06 : opacity(kind),
  });
  const nodes = new vis.DataSet(data.network.nodes.map(({ label, ...node }) => node));
  const lines = new vis.DataSet(edges.map((edge) => ({ ...edge, color: lineColour(edge.kind, false) })));
  const showsNode = (node) =>
    state.nodeKinds.has(data.nodes[node].kind) && (state.within === null || state.within.has(node));
  const showsEdge = (edge) => state.edgeKinds.has(edge.kind) && showsNode(edge.from) && showsNode(edge.to);
  const nodeView = new vis.DataView(nodes, { filter: (node) => showsNode(node.id) });
  const lineView = new vis.DataView(lines, { filter: showsEdge });
  const network = new vis.Network(byId("network"), { nodes: nodeView, edges: lineView }, data.network.options);
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const animation = calm ? false : { duration: 350, easingFunction: "easeInOutQuad" };

  // Sizes: given in pixels for the whole map; nearer, symbols grow by the root of the scale

  const least = Math.min(...data.nodes.map((node) => Math.min(...node.sizes)));
  const view = { whole: 1, grown: 1, width: 1 };
  const radius = (i) => data.nodes[i].sizes[measures.indexOf(state.size)] * view.grown;

  function grow(anyway) {
    const grown = Math.min(1 / Math.sqrt(network.getScale() * view.whole), 26 / least);
    if (!anyway && Math.abs(Math.log(grown / view.grown)) < 0.1) return;
    view.grown = grown;
    nodes.update(data.nodes.map((_, id) => ({ id, size: radius(id) })));
    growLines();
  }

  function growLines() {
    const width = 0.65 / Math.sqrt(network.getScale() * view.whole);
    if (edges.length > 5000 || Math.abs(Math.log(width / view.width)) < 0.3) return;
    view.width = width;
    lines.update(edges.map((edge) => ({ id: edge.id, width: edge.width * width })));
  }

  function refresh() {
    nodeView.refresh();
    lineView.refresh();
    painter.order = null;
  }

  // Labels: drawn at one size on the screen, the largest nodes first, never one over another

  const painter = { order: null, widths: new Map() };
  const family = '"Noto Sans","Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei","PingFang SC",sans-serif';
  const fontPixels = 12;


  function orderLabels() {
    const first = { industry: 1000, discipline: -1000 };
    const weight = (i) => (first[data.nodes[i].kind] || 0) + radius(i);
    return nodeView.getIds().sort((a, b) => weight(b) - weight(a) || a - b);
  }

  function measure(context, i) {
    if (!painter.widths.has(i)) {
      const rows = data.network.nodes[i].label.split("\n");
      painter.widths.set(i, { rows, width: Math.max(...rows.map((row) => context.measureText(row).width)) });
    }
    return painter.widths.get(i);
  }

  function listCells(box) {
    const keys = [];
    for (let x = Math.floor(box.left / 12); x <= Math.floor(box.right / 12); x += 1) {
      for (let y = Math.floor(box.top / 5); y <= Math.floor(box.bottom / 5); y += 1) keys.push(x * 8192 + y);
    }
    return keys;
  }

  function occupyNodes(cells, places, scale) {
    places.forEach(({ i, x, y }) => {
      const size = Math.max(radius(i) * scale - 3, 1);
      listCells({ left: x - size, right: x + size, top: y - size, bottom: y + size }).forEach((key) => cells.add(key));
    });
  }

  function paintLabel(context, place, scale, cells, near) {
    const { i, x, y } = place;
    const bold = i === state.node || data.nodes[i].kind === "industry";
    context.font = (bold ? "600 " : "") + fontPixels + "px " + family;
    const { rows, width } = measure(context, i);
    const height = rows.length * 15;
    const away = radius(i) * scale + 4;
    const beside = away + width / 2 + 2;
    const spots = [[x, y + away], [x, y - away - height], [x + beside, y - height / 2], [x - beside, y - height / 2]];
    for (const [middle, top] of spots) {
      const keys = listCells({ left: middle - width / 2 - 2, right: middle + width / 2 + 2, top: top + 1, bottom: top + height });
      if (i === state.node || !keys.some((key) => cells.has(key))) {
        keys.forEach((key) => cells.add(key));
        context.globalAlpha = near && !near.has(i) ? 0.3 : 1;
        writeRows(context, rows, middle, top);
        return true;
      }
    }
    return false;
  }

  function writeRows(context, rows, x, top) {
    rows.forEach((row, n) => {
      context.strokeText(row, x, top + n * 15);
      context.fillText(row, x, top + n * 15);
    });
  }

  function listPlaces(frame, near) {
    painter.order = painter.order || orderLabels();
    const order = near ? [...painter.order.filter((i) => near.has(i)), ...painter.order.filter((i) => !near.has(i))] : painter.order;
    const places = order.map((i) => ({ i, ...network.canvasToDOM(data.network.nodes[i]) }));
    return places.filter(({ x, y }) => x > -60 && y > -30 && x < frame.width + 60 && y < frame.height + 10);
  }

  function paintLabels(context) {
    const frame = byId("network").getBoundingClientRect();
    const scale = network.getScale();
    const near = state.node === null ? null : neighbours(state.node);
    const places = listPlaces(frame, near);
    const ratio = context.canvas.width / frame.width;
    const far = scale * 80 < 22;
    let left = Math.round((frame.width * frame.height) / (far ? 24000 : 5500));
    const cells = new Set();
    occupyApart(cells);
    if (!far) occupyNodes(cells, places, scale);
    context.save();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    Object.assign(context, { textAlign: "center", textBaseline: "top", lineJoin: "round", lineWidth: 3.5, strokeStyle: "rgba(250,251,252,.92)", fillStyle: "#0f172a" });
    for (const place of places) {
      if (left === 0) break;
      if (paintLabel(context, place, scale, cells, near)) left -= 1;
    }
    context.restore();
  }

  function placeApart() {
    const apart = nodeView.getIds().filter((i) => isolated[i]).map((i) => data.network.nodes[i]);
    if (apart.length === 0) return null;
    const left = Math.min(...apart.map((node) => node.x)) - 30;
    const right = Math.max(...apart.map((node) => node.x)) + 30;
    const top = Math.min(...apart.map((node) => node.y)) - 70;
    return { left, right, top, text: texts.apart.replace("{n}", apart.length) };
  }

  function paintApart(context) {
    const apart = placeApart();
    if (apart === null) return;
    const scale = network.getScale();
    context.save();
    Object.assign(context, { textAlign: "left", textBaseline: "bottom", fillStyle: "#526077", strokeStyle: "#cbd5e1", lineWidth: 1 / scale });
    context.font = 12 / scale + "px " + family;
    context.fillText(apart.text, apart.left, apart.top - 5 / scale);
    context.beginPath();
    context.moveTo(apart.left, apart.top);
    context.lineTo(apart.right, apart.top);
    context.stroke();
    context.restore();
  }

  function occupyApart(cells) {
    const apart = placeApart();
    if (apart === null) return;
    const { x, y } = network.canvasToDOM({ x: apart.left, y: apart.top });
    listCells({ left: x, right: x + apart.text.length * 9, top: y - 20, bottom: y }).forEach((key) => cells.add(key));
  }

  network.on("zoom", () => grow(false));
  network.on("animationFinished", () => grow(false));
  network.on("beforeDrawing", paintApart);
  network.on("afterDrawing", paintLabels);

  // Choosing

  function neighbours(node) {
    const near = new Set([node]);
    linesOf[node].forEach((id) => {
      if (showsEdge(edges[id])) near.add(otherEnd(edges[id], node));
    });
    return near;
  }

  function fade() {
    const near = state.node !== null ? neighbours(state.node) : state.edge !== null ? new Set([edges[state.edge].from, edges[state.edge].to]) : null;
    nodes.update(data.nodes.map((_, id) => ({ id, opacity: near && !near.has(id) ? 0.2 : 1 })));
    if (edges.length > 40000) return;
    const faint = (edge) => near !== null && edge.id !== state.edge && (state.edge !== null || (edge.from !== state.node && edge.to !== state.node));
    lines.update(edges.map((edge) => ({ id: edge.id, color: lineColour(edge.kind, faint(edge)) })));
  }

  function isNarrow() {
    return window.matchMedia("(max-width: 760px)").matches;
  }

  function go(node) {
    const offset = isNarrow() ? { x: 0, y: -byId("stage").clientHeight * 0.25 } : { x: -170, y: 0 };
    network.focus(node, { scale: Math.max(network.getScale(), 0.9), offset, animation });
  }

  function choose(node, edge) {
    state.node = node;
    state.edge = edge;
    network.unselectAll();
    if (node !== null) network.selectNodes([node], false);
    if (edge !== null) network.setSelection({ nodes: [], edges: [edge] }, { highlightEdges: false });
    fade();
    if (node === null && edge === null) byId("panel").hidden = true;
    else showPanel(node !== null ? describeNode(node) : describeEdge(edge));
  }

  function reveal(node) {
    if (!showsNode(node)) {
      state.nodeKinds.add(data.nodes[node].kind);
      document.querySelectorAll("[data-node-kind]").forEach((box) => {
        if (box.dataset.nodeKind === data.nodes[node].kind) box.checked = true;
      });
      if (!showsNode(node)) chooseIndustry(null);
      refresh();
    }
    choose(node, null);
    go(node);
  }

  network.on("click", (event) => {
    if (event.nodes.length) choose(event.nodes[0], null);
    else if (event.edges.length) choose(null, event.edges[0]);
    else choose(null, null);
  });
  network.on("hoverNode", () => { byId("network").style.cursor = "pointer"; });
  network.on("hoverEdge", () => { byId("network").style.cursor = "pointer"; });
  network.on("blurNode", () => { byId("network").style.cursor = ""; });
  network.on("blurEdge", () => { byId("network").style.cursor = ""; });

  // The panel: every text is set as text

  function element(tag, className, content) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    [].concat(content === undefined ? [] : content).forEach((part) => made.append(part));
    return made;
  }

  function button(text, action, className) {
    const made = element("button", className || "go", text);
    made.type = "button";
    made.addEventListener("click", action);
    return made;
  }

  function showPanel(content) {
    const close = button("×", () => choose(null, null), "close");
    close.setAttribute("aria-label", texts.close);
    const panel = byId("panel");
    content[0].append(close);
    panel.replaceChildren(...content);
    panel.hidden = false;
    panel.scrollTop = 0;
  }

  function kindLine(kind) {
    const symbol = document.querySelector('[data-node-kind="' + kind + '"]').nextElementSibling.cloneNode(true);
    return element("span", "kind", [symbol, data.kinds[kind]]);
  }

  function facts(pairs) {
    return element("dl", "", pairs.flatMap(([name, value]) => [element("dt", "", name), element("dd", "", value)]));
  }

  function heading(text, count) {
    return element("h3", "", [text, element("span", "", String(count))]);
  }

  function party(end) {
    return typeof end === "number" ? button(data.nodes[end].name, () => reveal(end)) : element("span", "", end);
  }

  function names(ends) {
    const shown = ends.slice(0, 12).map(party);
    if (ends.length > 12) shown.push(element("span", "", texts.others.replace("{n}", ends.length - 12)));
    return element("div", "names", shown);
  }

  function card(number) {
    const agreement = data.agreements[number];
    const chip = element("span", agreement.counts ? "chip" : "chip planned", agreement.status || texts.agreements);
    const line = [agreement.date || texts.date_unknown, agreement.amount || texts.amount_unknown, agreement.mode];
    const ends = [...agreement.parties, ...agreement.topics.filter((end) => !agreement.parties.includes(end))];
    return element("li", "", [
      element("div", "name", agreement.name),
      element("div", "line", [chip, line.filter(Boolean).join(" · ")]),
      names(ends),
      element("div", "line", texts.source + ": " + agreement.place),
    ]);
  }

  function cards(numbers) {
    const list = element("ul", "cards", numbers.slice(0, most).map(card));
    if (numbers.length <= most) return [list];
    const more = button(texts.others.replace("{n}", numbers.length - most), () => {
      list.append(...numbers.slice(most).map(card));
      more.remove();
    }, "go more");
    return [list, more];
  }

  function listAgreements(title, numbers) {
    return numbers.length ? [heading(title, numbers.length), ...cards(numbers)] : [];
  }

  function listIndustries(node) {
    const ends = linesOf[node].map((id) => edges[id]).filter((edge) => ofIndustry.has(edge.kind) && edge.from === node);
    return ends.length ? [[data.kinds.industry, names(ends.map((edge) => edge.to))]] : [];
  }

  function describeLinks(node) {
    const groups = new Map();
    linesOf[node].forEach((id) => {
      const { kind } = edges[id];
      const told = ofIndustry.has(kind) && edges[id].from === node;
      if (structure.has(kind) && !told) groups.set(kind, [...(groups.get(kind) || []), otherEnd(edges[id], node)]);
    });
    return [...groups].flatMap(([kind, ends]) => [heading(data.lines[kind].label, ends.length), names(ends)]);
  }

  function describeNode(node) {
    const entry = data.nodes[node];
    const numbers = agreementsOf[node];
    const values = entry.values ? measures.map((key, n) => [texts[key], entry.values[n].toLocaleString()]) : [];
    const counted = numbers.filter((n) => data.agreements[n].counts);
    const planned = numbers.filter((n) => !data.agreements[n].counts);
    const content = [
      element("div", "top", element("h2", "", entry.name)),
      kindLine(entry.kind),
      facts([...listIndustries(node), ...entry.facts, ...values]),
      ...listAgreements(texts.agreements, counted),
      ...listAgreements(texts.agreements_planned, planned),
      ...describeLinks(node),
      element("p", "note", [texts.id + ": " + entry.id, ...(entry.place ? [" · " + texts.source + ": " + entry.place] : [])]),
    ];
    if (!numbers.length) content.splice(3, 0, element("p", "note", texts.not_linked));
    return content;
  }

  function describeEdge(id) {
    const edge = edges[id];
    const behind = data.edges[id];
    return [
      element("div", "top", element("h2", "", data.lines[edge.kind].label)),
      names([edge.from, edge.to]),
      ...(behind.length ? listAgreements(texts.agreements_behind, behind) : [element("p", "note", texts.no_row)]),
    ];
  }

  // Legend, industry, size

  function toggle(box, set, key) {
    box.addEventListener("change", () => {
      if (box.checked) set.add(key);
      else set.delete(key);
      choose(null, null);
      refresh();
    });
  }
  document.querySelectorAll("[data-node-kind]").forEach((box) => toggle(box, state.nodeKinds, box.dataset.nodeKind));
  document.querySelectorAll("[data-edge-kind]").forEach((box) => toggle(box, state.edgeKinds, box.dataset.edgeKind));

  function findIndustry(industry) {
    const ends = (node, kinds) => linesOf[node].filter((id) => kinds.includes(edges[id].kind)).map((id) => otherEnd(edges[id], node));
    const members = ends(industry, ["works_in", "advances"]);
    const within = new Set([industry, ...ends(industry, Object.keys(data.lines)), ...members]);
    agreementsOf[industry].forEach((n) => {
      data.agreements[n].parties.forEach((end) => { if (typeof end === "number") within.add(end); });
    });
    members.forEach((node) => ends(node, ["tie", "planned", "hosts"]).forEach((other) => within.add(other)));
    return within;
  }

  function chooseIndustry(industry) {
    const box = byId("industry");
    if (!box) return;
    state.industry = industry;
    state.within = industry === null ? null : findIndustry(industry);
    box.value = industry === null ? "" : String(industry);
    const note = byId("industry-note");
    note.hidden = industry === null;
    note.textContent = industry === null ? "" : texts.industry_note.replace("{n}", state.within.size);
  }

  if (byId("industry")) {
    byId("industry").addEventListener("change", (event) => {
      chooseIndustry(event.target.value === "" ? null : Number(event.target.value));
      choose(null, null);
      refresh();
      fit();
    });
  }

  byId("size").addEventListener("change", (event) => {
    state.size = event.target.value;
    painter.order = null;
    grow(true);
  });

  // Search

  const input = byId("search");
  const found = byId("found");
  const haystack = data.nodes.map((node) => [node.name, node.id, ...node.aliases].join("\n").toLowerCase());
  let hits = [];
  let active = 0;

  function search() {
    const wanted = input.value.trim().toLowerCase();
    const rank = (i) => (data.nodes[i].name.toLowerCase().startsWith(wanted) ? 0 : 1);
    hits = wanted ? data.nodes.map((_, i) => i).filter((i) => haystack[i].includes(wanted)) : [];
    hits = hits.sort((a, b) => rank(a) - rank(b) || data.nodes[b].sizes[0] - data.nodes[a].sizes[0]).slice(0, 10);
    active = 0;
    listHits(wanted !== "");
  }

  function listHits(open) {
    const options = hits.map((i, n) => {
      const option = element("li", "", [element("span", "", data.nodes[i].name), element("small", "", data.kinds[data.nodes[i].kind])]);
      option.id = "hit-" + n;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", String(n === active));
      option.addEventListener("pointerdown", (event) => { event.preventDefault(); pick(n); });
      return option;
    });
    found.replaceChildren(...(options.length ? options : [element("li", "", texts.no_match)]));
    found.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    if (open && options.length) input.setAttribute("aria-activedescendant", "hit-" + active);
    else input.removeAttribute("aria-activedescendant");
  }

  function pick(n) {
    if (hits[n] === undefined) return;
    const node = hits[n];
    input.value = data.nodes[node].name;
    listHits(false);
    openOptions(false);
    reveal(node);
  }

  input.addEventListener("input", search);
  input.addEventListener("focus", () => { if (input.value) { input.select(); search(); } });
  input.addEventListener("blur", () => listHits(false));
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && hits.length) {
      event.preventDefault();
      active = (active + step + hits.length) % hits.length;
      listHits(true);
    } else if (event.key === "Enter") {
      pick(active);
    } else if (event.key === "Escape") {
      listHits(false);
    }
  });

  // View

  function fit() {
    network.fit({ nodes: nodeView.getIds(), animation: false, minZoomLevel: 0.02, maxZoomLevel: 1.6 });
    const roomy = network.getScale() * 0.92;
    network.moveTo({ scale: roomy, position: network.getViewPosition(), offset: { x: 0, y: -16 }, animation: false });
    view.whole = state.within === null ? roomy : view.whole;
    grow(false);
  }

  function zoom(factor) {
    network.moveTo({ scale: network.getScale() * factor, animation });
  }

  function openOptions(open) {
    byId("options").classList.toggle("open", open);
    byId("open-options").setAttribute("aria-expanded", String(open));
  }

  byId("zoom-in").addEventListener("click", () => zoom(1.4));
  byId("zoom-out").addEventListener("click", () => zoom(1 / 1.4));
  byId("fit").addEventListener("click", () => fit());
  byId("open-options").addEventListener("click", () => openOptions(!byId("options").classList.contains("open")));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target !== input) {
      openOptions(false);
      choose(null, null);
    }
  });
  refresh();
  fit();

  // For tests and for the curious

  const numberOf = (id) => data.nodes.findIndex((node) => node.id === id);
  window.ecograph = {
    network,
    visibleNodes: () => nodeView.getIds().map((i) => data.nodes[i].id),
    visibleEdges: () => lineView.get().map((edge) => [data.nodes[edge.from].id, data.nodes[edge.to].id, edge.kind]),
    select: (id) => reveal(numberOf(id)),
    selectEdge: (from, to, kind) => {
      const ends = [numberOf(from), numberOf(to)];
      const edge = edges.find((e) => ends.includes(e.from) && ends.includes(e.to) && (!kind || e.kind === kind));
      choose(null, edge.id);
    },
  };
})();
