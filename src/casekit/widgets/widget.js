// The front end of every model widget. The markup comes finished from Python; this file only
// connects controls with the model's "settings" and puts results where they belong.

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

function connect(control, model) {
  const name = control.dataset.name;
  const set = (value) => {
    show(control, value);
    model.set("settings", { ...model.get("settings"), [name]: value });
    model.save_changes();
  };
  const select = control.querySelector("select");
  if (select) return select.addEventListener("change", () => set(select.value));

  const range = control.querySelector("input[type=range]");
  const box = control.querySelector("input[type=number]");
  range.addEventListener("input", () => set(Number(range.value)));
  const take = () => {
    const typed = box.value.trim() === "" ? NaN : Number(box.value);
    set(Number.isFinite(typed) ? clamp(range, typed) : Number(range.value));
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

function render({ model, el }) {
  // JupyterLab would take the arrow keys of a select or slider for "next cell", Enter on a button
  // for "edit the cell". It looks for this mark on the very element that has the focus.
  el.addEventListener("focusin", (event) => {
    event.target.dataset.lmSuppressShortcuts = "true";
  });
  el.innerHTML = model.get("markup");
  separate(el);
  const part = parts(el);
  for (const control of el.querySelectorAll("[data-name]")) connect(control, model);
  el.querySelector("[data-action=reset]").addEventListener("click", () => {
    model.set("settings", {});
    model.save_changes();
  });

  const results = () => {
    part.picture.innerHTML = model.get("picture");
    part.table.innerHTML = model.get("table");
    part.sentence.textContent = model.get("sentence");
    part.status.textContent = model.get("error");
    part.status.classList.toggle("ck-error", model.get("error") !== "");
  };
  const controls = () => {
    const values = { ...model.get("defaults"), ...model.get("settings") };
    for (const control of el.querySelectorAll("[data-name]")) {
      if (!control.contains(document.activeElement)) show(control, values[control.dataset.name]);
    }
  };
  const changes = { settings: controls, picture: results, error: results };
  for (const [name, handler] of Object.entries(changes)) model.on("change:" + name, handler);
  controls();
  results();
  return () => {
    for (const [name, handler] of Object.entries(changes)) model.off("change:" + name, handler);
  };
}

export default { render };
