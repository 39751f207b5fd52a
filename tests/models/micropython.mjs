// Runs model files in MicroPython: reads jobs as JSON from standard input, writes results as JSON.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { engine, files, jobs } = JSON.parse(readFileSync(0, "utf8"));
const { loadMicroPython } = await import(pathToFileURL(engine));
const python = await loadMicroPython({ heapsize: 64 * 1024 * 1024, stdout: console.log });
for (const folder of ["/casekit", "/casekit/models"]) {
  python.FS.mkdir(folder);
  python.FS.writeFile(`${folder}/__init__.py`, "");
}
for (const [name, text] of Object.entries(files)) {
  python.FS.writeFile(`/casekit/models/${name}`, text);
}
python.FS.writeFile("/jobs.json", JSON.stringify(jobs));
python.runPython(`
import json, sys
sys.path.insert(0, "/")
from casekit.models._portable import Random

def answer(job):
    model = __import__("casekit.models." + job["module"], None, None, ["*"])
    settings, draws = job["settings"], []
    if getattr(model, "STOCHASTIC", False):
        draws = [Random(job["seed"])]
    run = model.simulate(settings, *draws)
    measures = {name: entry[0](settings) for name, entry in model.MEASURES.items()}
    return {"run": run, "measures": measures}

with open("/jobs.json") as file:
    jobs = json.load(file)
draws = Random(7)
print(json.dumps({
    "draws": [draws.bits() >> 11 for _ in range(200)],
    "answers": [answer(job) for job in jobs],
}))
`);
