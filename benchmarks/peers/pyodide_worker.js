// The peer of casekit's worker.js: the same jobs, the same model files, run by Pyodide instead of
// MicroPython. Only its core is loaded, no package, and everything loads at once.

import { loadPyodide } from "./pyodide/pyodide.mjs";

const FOLDERS = ["casekit", "casekit/models", "casekit/exhibits", "casekit/exhibits/shows"];
const RUN = `
import json
def answer(text):
    job = json.loads(text)
    show = __import__(job["show"], None, None, ["show"]).show
    tables = [job["tables"]] if job.get("tables") else []
    return json.dumps(show(job["settings"], *tables))
`;

async function start() {
  const [python, files] = await Promise.all([
    loadPyodide({ indexURL: new URL("pyodide/", import.meta.url).href }),
    fetch(new URL("python.json", import.meta.url)).then((answer) => answer.json()),
  ]);
  for (const folder of FOLDERS) {
    python.FS.mkdir(`/${folder}`);
    python.FS.writeFile(`/${folder}/__init__.py`, "");
  }
  for (const [path, text] of Object.entries(files)) python.FS.writeFile(`/${path}`, text);
  python.runPython('import sys; sys.path.insert(0, "/")');
  python.runPython(RUN);
  return python.globals.get("answer");
}

const started = start();
onmessage = async ({ data }) => {
  try {
    const answer = await started;
    postMessage({ shown: JSON.parse(answer(JSON.stringify(data))) });
  } catch (problem) {
    postMessage({ error: String(problem) });
  }
};
