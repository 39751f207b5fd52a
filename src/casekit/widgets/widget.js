// The front end of every widget, in Jupyter and in the page. The markup comes finished from Python;
// this file connects controls with the model's "settings" and puts results where they belong. What
// answers, a kernel or the page's own engine, is the model's business.

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
  return `from casekit import widgets\n\nwidgets.model(${JSON.stringify(name)}${set.join("")})`;
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

// Only SVG that our own drawing code made comes here, in Jupyter from Python, in the page from Vega.
function fillPicture(part, picture) {
  for (const size of ["wide", "narrow"]) {
    const node = part.querySelector(`.ck-${size}`);
    if (picture[size]) node.innerHTML = picture[size];
    node.setAttribute("aria-label", picture.alternative);
  }
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
