// Drives the explorer of ecograph from outside; put into its page once that is loaded.
(() => {
  let home;
  window.bench = {
    ready: window.ecograph.ready.then(() => {
      window.ecograph.finish();
      home = { ...window.ecograph.camera };
    }),
    move(i, moving) {
      const [x, y, zoom] = window.moves[i];
      const side = (0.9 * Math.min(innerWidth, innerHeight)) / home.scale;
      window.ecograph.moveTo({ x: home.x + x * side, y: home.y + y * side, scale: home.scale * zoom }, moving);
      window.ecograph.finish();
    },
  };
})();
