// Starts vis-network with the data of the page. `network`, `nodes` and `edges` can be used by
// scripts that are added, as in pages that pyvis writes itself.
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);

// A tooltip is an element that holds text: whatever a name says, it stays text.
const tell = ({ title, ...item }) => {
  const tooltip = document.createElement("div");
  tooltip.textContent = title;
  return { ...item, title: tooltip };
};
const nodes = new vis.DataSet(data.nodes.map(tell));
const edges = new vis.DataSet(data.edges.map(tell));
const container = document.getElementById("mynetwork");
const network = new vis.Network(container, { nodes, edges }, data.options);

document.querySelectorAll("[data-group]").forEach((box) => {
  box.addEventListener("change", () => {
    const ids = edges.getIds({ filter: ({ group }) => group === box.dataset.group });
    edges.update(ids.map((id) => ({ id, hidden: !box.checked })));
  });
});
