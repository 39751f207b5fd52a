// The front end of every widget, in Jupyter and in the page. The markup comes finished from Python;
// this file connects controls with the model's "settings", puts results where they belong, and takes
// predictions. What answers, a kernel or the page's own engine, is the model's business.

function parts(el) {
  return Object.fromEntries(
    [...el.querySelectorAll("[data-part]")].map((node) => [node.dataset.part, node]),
  );
}

// Two views of one widget may stand on one page: ids must differ.
function separate(el) {
  const suffix = "-" + Math.random().toString(36).slice(2, 8);
  for (const node of el.querySelectorAll("[id]")) node.id += suffix;
  for (const node of el.querySelectorAll("label[for]")) node.htmlFor += suffix;
}

function clamp(input, value) {
  const low = Number(input.min), high = Number(input.max);
  return Math.min(high, Math.max(low, value));
}

function show(control, value) {
  for (const field of control.querySelectorAll("input, select")) field.value = value;
}

// Return the value if the control can hold it, else undefined. Bookmarks pass through here too.
export function admissible(control, value) {
  const select = control.querySelector("select");
  if (select) return [...select.options].some((option) => option.value === value) ? value : undefined;
  const range = control.querySelector("input[type=range]");
  const number = typeof value === "number" ? value : String(value).trim() === "" ? NaN : Number(value);
  return Number.isFinite(number) && clamp(range, number) === number ? number : undefined;
}

function connect(control, model, say) {
  const name = control.dataset.name;
  const set = (value) => {
    show(control, value);
    say("");
    model.set("settings", { ...model.get("settings"), [name]: value });
    model.save_changes();
  };
  const select = control.querySelector("select");
  if (select) return select.addEventListener("change", () => set(select.value));

  const range = control.querySelector("input[type=range]");
  const box = control.querySelector("input[type=number]");
  range.addEventListener("input", () => set(Number(range.value)));
  const take = () => {
    if (box.value === range.value) return;
    const typed = admissible(control, box.value);
    if (typed !== undefined) return set(typed);
    box.value = range.value;
    const label = control.querySelector("label").textContent;
    say(`${label}: give a number from ${range.min} to ${range.max}. It stays at ${range.value}.`);
  };
  box.addEventListener("change", take);
  // In JupyterLab Enter alone brings no "change".
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") take();
  });
  for (const button of control.querySelectorAll("button[data-step]")) {
    button.addEventListener("click", () => {
      const step = Number(range.step) * Number(button.dataset.step);
      const digits = (range.step.split(".")[1] || "").length;
      set(Number(clamp(range, Number(range.value) + step).toFixed(digits)));
    });
  }
}

function address(name, settings) {
  const query = new URLSearchParams(settings).toString();
  return "#widget-" + name + (query ? "?" + query : "");
}

function code(name, settings) {
  const set = Object.entries(settings).map(([key, value]) => `, ${key}=${JSON.stringify(value)}`);
  return `from casekit import widgets\n\nwidgets.get(${JSON.stringify(name)}${set.join("")})`;
}

function fillTable(part, { columns, rows }) {
  const table = part.querySelector("table");
  const body = document.createElement("tbody");
  for (const row of rows) {
    const line = body.insertRow();
    for (const cell of row) line.insertCell().textContent = cell;
  }
  const head = table.tHead.rows[0];
  head.replaceChildren(
    ...columns.map((name) => {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = name;
      return cell;
    }),
  );
  table.tBodies[0].replaceWith(body);
}

// Only SVG that our own drawing code made comes here, from Python; in the page Vega draws in place.
function fillPicture(part, picture) {
  for (const size of ["wide", "narrow"]) {
    const node = part.querySelector(`.ck-${size}`);
    if (picture[size]) node.innerHTML = picture[size];
    node.setAttribute("aria-label", picture.alternative);
  }
}

// Predict, run, explain. What was predicted stays in this browser, and leaves it only as a download.
const LOG = "casekit-log";
let held = []; // where the browser keeps nothing

function kept() {
  try {
    const list = JSON.parse(localStorage.getItem(LOG) ?? "[]");
    return Array.isArray(list) ? list : [];
  } catch {
    return held;
  }
}

function keep(entry) {
  held = [...kept().filter((other) => other.id !== entry.id), entry];
  try {
    localStorage.setItem(LOG, JSON.stringify(held));
  } catch {
    // Private windows may refuse; the log then lasts as long as the page.
  }
}

function download(name, value) {
  const text = JSON.stringify(value, null, 2);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

const short = (value) => String(Number(value.toFixed(Math.abs(value) < 10 ? 2 : 1))).replace("-", "−");

function comparison({ unit, predicted, results }) {
  const pairs = results.map(([label, value], place) => [label, predicted[place], value]);
  if (pairs.length === 1) {
    const [, yours, value] = pairs[0];
    const gap = Math.abs(yours - value);
    const way = yours > value ? "too high" : "too low";
    return `You said ${short(yours)}, the run says ${short(value)} (${unit}): `
      + (short(gap) === "0" ? "spot on." : `${short(gap)} ${way}.`);
  }
  const each = pairs.map(([label, yours, value]) => `${label} ${short(yours)} and ${short(value)}`);
  const gap = pairs.reduce((sum, [, yours, value]) => sum + Math.abs(yours - value), 0) / pairs.length;
  return `Yours and the run’s (${unit}): ${each.join("; ")}. Off by ${short(gap)} on average.`;
}

// A line drawn across upright sliders; each also takes arrow keys by itself.
function drawable(pad) {
  const ranges = [...pad.querySelectorAll("input")];
  const tell = (range) => {
    range.previousElementSibling.textContent = range.value;
  };
  for (const range of ranges) range.addEventListener("input", () => tell(range));
  const draw = (event) => {
    const under = ranges.find((range) => {
      const box = range.parentElement.getBoundingClientRect();
      return event.clientX >= box.left && event.clientX < box.right;
    });
    if (!under || under.matches(":disabled")) return;
    const box = under.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (box.bottom - event.clientY) / box.height));
    under.value = Number(under.min) + share * (Number(under.max) - Number(under.min));
    tell(under);
  };
  pad.addEventListener("pointerdown", (event) => {
    event.preventDefault(); // else the slider under the pointer would keep the whole stroke
    pad.setPointerCapture(event.pointerId);
    draw(event);
  });
  pad.addEventListener("pointermove", (event) => {
    if (event.buttons) draw(event);
  });
}

function mark(pad, { results }) {
  [...pad.children].forEach((column, place) => {
    const range = column.querySelector("input");
    const low = Number(range.min), high = Number(range.max);
    const share = Math.min(1, Math.max(0, (results[place][1] - low) / (high - low)));
    column.style.setProperty("--at", share);
    column.classList.add("ck-answered");
  });
}

function takePredictions(form, model) {
  const asked = JSON.parse(form.dataset.asked);
  const fields = [...form.querySelectorAll("input")];
  const at = (name) => form.querySelector(`[data-action=${name}]`);
  const part = parts(form);
  if (part.pad) drawable(part.pad);
  let entry;
  at("predict").addEventListener("click", () => {
    const predicted = fields.map((field) => (field.value.trim() === "" ? NaN : Number(field.value)));
    const { min, max } = fields[0];
    if (!predicted.every((value) => value >= Number(min) && value <= Number(max))) {
      part.verdict.textContent = `Give a number from ${min} to ${max} first.`;
      return fields[0].focus();
    }
    const now = new Date().toISOString();
    entry = { id: `${asked.widget} ${now}`, at: now, ...asked, predicted, reason: "" };
    keep(entry);
    for (const field of [...fields, at("predict")]) field.disabled = true;
    if (part.pad) mark(part.pad, entry);
    part.verdict.textContent = comparison(entry);
    part.explain.hidden = false;
    part.explain.querySelector("textarea").focus();
    model.set("settings", asked.settings);
    model.save_changes();
  });
  at("explain").addEventListener("click", () => {
    entry.reason = part.explain.querySelector("textarea").value.trim();
    keep(entry);
    part.verdict.textContent = entry.reason
      ? "Kept in this browser. Now move the controls and see whether your reason holds."
      : "Write a sentence first: what made the difference?";
  });
  at("log").addEventListener("click", () => download("casekit-log.json", kept()));
}

function render({ model, el }) {
  // JupyterLab would take the arrow keys of a select or slider for "next cell", Enter on a button
  // for "edit the cell". It looks for this mark on the very element that has the focus.
  el.addEventListener("focusin", (event) => {
    event.target.dataset.lmSuppressShortcuts = "true";
  });
  if (!el.querySelector("section.ck-widget")) {
    el.innerHTML = model.get("markup");
    separate(el);
  }
  const part = parts(el);
  const say = (text) => {
    part.status.textContent = text;
    part.status.classList.toggle("ck-error", text !== "");
  };
  for (const control of el.querySelectorAll("[data-name]")) connect(control, model, say);
  if (part.predict) takePredictions(part.predict, model);
  el.querySelector("[data-action=reset]").addEventListener("click", () => {
    say("");
    model.set("settings", {});
    model.save_changes();
  });

  // The same scenario as an address and as code, in a page that offers them.
  const tell = () => {
    const settings = model.get("settings");
    if (part.link) part.link.href = address(part.link.dataset.widget, settings);
    if (part.code) part.code.textContent = code(part.code.dataset.widget, settings);
  };
  const results = () => {
    fillPicture(part.picture, model.get("picture"));
    fillTable(part.table, model.get("table"));
    part.sentence.textContent = model.get("sentence");
  };
  const controls = () => {
    const values = { ...model.get("defaults"), ...model.get("settings") };
    for (const control of el.querySelectorAll("[data-name]")) {
      if (!control.contains(document.activeElement)) show(control, values[control.dataset.name]);
    }
  };
  const complain = () => say(model.get("error"));
  const follow = () => {
    controls();
    tell();
  };
  const changes = { settings: follow, picture: results, error: complain };
  for (const [name, handler] of Object.entries(changes)) model.on("change:" + name, handler);
  follow();
  if (model.get("picture")) results();
  if (model.get("error")) complain();
  return () => {
    for (const [name, handler] of Object.entries(changes)) model.off("change:" + name, handler);
  };
}

export default { render };
