// Runs the model files in MicroPython, away from the page: a job names the module that shows a model
// or a table, gives a value for every parameter, and the rows of tables if there are any; the answer
// is what that module returns.

import { loadMicroPython } from "./micropython.mjs";

const HEAP = 4 * 2 ** 20; // bytes: several times what a run takes, and quickly swept
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
    loadMicroPython({ url: new URL("micropython.wasm", import.meta.url).href, heapsize: HEAP }),
    fetch(new URL("python.json", import.meta.url)).then((answer) => {
      if (!answer.ok) throw new Error("the model files did not load");
      return answer.json();
    }),
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
started.catch(() => {}); // said with the first job
onmessage = async ({ data }) => {
  try {
    const answer = await started;
    postMessage({ shown: JSON.parse(answer(JSON.stringify(data))) });
  } catch (problem) {
    console.warn(problem);
    postMessage({ error: "The run did not come to an end." });
  }
};
