// Bundle the explorer into one script and one style sheet, shipped as package data of ecograph.
//   node scripts/build.mjs            write them
//   node scripts/build.mjs --check    fail if what is shipped differs from its source
import { build } from "esbuild";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const root = new URL("..", import.meta.url);
const shipped = new URL("../ecograph/render/templates/", root);

async function bundle() {
  const made = await build({
    entryPoints: { "explorer": fileURLToPath(new URL("src/main.ts", root)) },
    bundle: true,
    format: "iife",
    target: "es2022",
    minify: true,
    charset: "ascii",
    legalComments: "none",
    outdir: "out",
    write: false,
  });
  const style = await build({
    entryPoints: { "explorer": fileURLToPath(new URL("src/style.css", root)) },
    bundle: true,
    minify: true,
    outdir: "out",
    write: false,
  });
  return { "explorer.js": made.outputFiles[0].text, "explorer.css": style.outputFiles[0].text };
}

function refuse(name, text) {
  const folded = text.toLowerCase();
  const found = ["</script", "</style", "<!--", "http://", "https://"].find((part) => folded.includes(part));
  if (found) throw new Error(`${name} contains "${found}", which must not stand in a page`);
}

const files = await bundle();
let differs = false;
for (const [name, text] of Object.entries(files)) {
  refuse(name, text.replaceAll("http://www.w3.org/", ""));
  const path = new URL(name, shipped);
  if (process.argv.includes("--check")) {
    const found = await readFile(path, "utf8").catch(() => "");
    if (found !== text) {
      differs = true;
      console.error(`${name} is not what its source gives: run "npm run build" in frontend/`);
    }
  } else {
    await writeFile(path, text);
    console.log(`${name}: ${text.length.toLocaleString("en")} bytes`);
  }
}
process.exitCode = differs ? 1 : 0;
