// A graph in sigma.js as its manual shows it; the programs are those of sigma, or its lightest.
import { MultiUndirectedGraph } from "graphology";
import Sigma from "sigma";
import { EdgeLineProgram, NodePointProgram } from "sigma/rendering";

const LIGHT = {
  nodeProgramClasses: { circle: NodePointProgram },
  edgeProgramClasses: { line: EdgeLineProgram },
};

function build(data) {
  const graph = new MultiUndirectedGraph();
  data.names.forEach((label, i) => {
    const color = data.colours[data.group[i]];
    graph.addNode(i, { x: data.x[i], y: -data.y[i], size: data.radius, color, label });
  });
  data.source.forEach((source, i) => graph.addEdgeWithKey(i, source, data.target[i]));
  return graph;
}

function waitForPixels(sigma) {
  for (const gl of Object.values(sigma.webGLContexts)) {
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
  }
}

const data = JSON.parse(document.getElementById("data").textContent);
const settings = { defaultEdgeColor: data.lineColour, hideEdgesOnMove: true };
const more = data.programs === "light" ? LIGHT : {};
const sigma = new Sigma(build(data), document.getElementById("map"), { ...settings, ...more });
waitForPixels(sigma);

window.bench = {
  ready: Promise.resolve(),
  move(i, moving) {
    const [x, y, zoom] = window.moves[i];
    sigma.getMouseCaptor().isMoving = moving; // as it is while somebody drags
    sigma.getCamera().setState({ x: 0.5 + x, y: 0.5 - y, ratio: 1 / zoom });
    sigma.render(); // at once, instead of in the frame that was just asked for
    waitForPixels(sigma);
  },
};
