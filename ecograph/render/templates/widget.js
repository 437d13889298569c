// Stands in a notebook between the traits of the widget and the page in its frame, which cannot
// reach out of it: both ways only plain values of a known shape pass.

const ASKED = ["view", "selected", "colours"];
const TOLD = {
  view: (value) => typeof value === "string",
  selected: isTexts,
  visible: isTexts,
};

function render({ model, el }) {
  const frame = makeFrame(model);
  const known = new Map(); // what the frame has of each trait
  let open = false;

  const ask = () => {
    const news = ASKED.filter((name) => known.get(name) !== JSON.stringify(model.get(name)));
    if (!open || news.length === 0) return;
    for (const name of news) known.set(name, JSON.stringify(model.get(name)));
    const wish = Object.fromEntries(news.map((name) => [name, model.get(name)]));
    // The frame has no origin that could be named; who stands in it was checked as it spoke.
    frame.contentWindow?.postMessage({ ecograph: "set", ...wish }, "*");
  };
  const hear = ({ source, data }) => {
    if (source === null || source !== frame.contentWindow) return;
    if (data?.ecograph === "ready") {
      open = true;
      known.clear(); // a frame that is moved in the page begins anew
      ask();
    }
    if (data?.ecograph === "state") take(model, known, data);
  };

  window.addEventListener("message", hear);
  for (const name of ASKED) model.on(`change:${name}`, ask);
  el.append(frame);
  return () => {
    window.removeEventListener("message", hear);
    for (const name of ASKED) model.off(`change:${name}`, ask);
  };
}

function makeFrame(model) {
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts");
  frame.title = "ecograph";
  frame.style.cssText = "width: 100%; border: 1px solid #e2e8f0";
  frame.style.height = `${model.get("_height")}px`;
  frame.srcdoc = model.get("_page");
  return frame;
}

function take(model, known, data) {
  const names = Object.keys(TOLD).filter((name) => Object.hasOwn(data, name) && TOLD[name](data[name]));
  for (const name of names) {
    known.set(name, JSON.stringify(data[name]));
    model.set(name, data[name]);
  }
  if (names.length > 0) model.save_changes();
}

function isTexts(value) {
  return Array.isArray(value) && value.every((entry) => typeof entry === "string");
}

export default { render };
