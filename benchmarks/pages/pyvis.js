// Drives the network of a page of pyvis, which has drawn itself by the next frame.
(() => {
  const waitForPixels = () => network.canvas.getContext().getImageData(0, 0, 1, 1);
  let home;
  window.bench = {
    ready: new Promise((done) => requestAnimationFrame(done)).then(() => {
      waitForPixels();
      home = { ...network.getViewPosition(), scale: network.getScale() };
    }),
    move(i, moving) {
      const [x, y, zoom] = window.moves[i];
      const side = (0.9 * Math.min(innerWidth, innerHeight)) / home.scale;
      const { renderer } = network;
      renderer.dragging = moving; // as it is while somebody drags
      renderer.redrawRequested = true; // so that it is drawn once, now
      network.moveTo({ position: { x: home.x + x * side, y: home.y + y * side }, scale: home.scale * zoom });
      renderer._redraw();
      waitForPixels();
    },
  };
})();
