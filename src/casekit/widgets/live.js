// The page's own engine: a worker with MicroPython runs the model files, Vega draws, and the front end
// of the notebook (widget.js) does the rest. Nothing starts before a reader comes near a widget.

import frontEnd, { admissible } from "./widget.js";

const PATIENCE = 10_000; // milliseconds for one run; a worker that takes longer is replaced
const NARROW = matchMedia("(max-width: 700px)");
const here = (name) => new URL(name, import.meta.url).href;

let vegaLoaded;
function loadVega() {
  // A module, so that its names stay its own; it leaves window.vega behind.
  return (vegaLoaded ??= import(here("vega.js")));
}

// One worker for all widgets of a page. Of the requests of one widget that wait, only the newest
// counts.
class Engine {
  constructor() {
    this.waiting = new Map();
  }

  start() {
    if (this.worker) return;
    this.worker = new Worker(here("worker.js"), { type: "module" });
    this.worker.onmessage = ({ data }) => this.finish(data);
    this.worker.onerror = () => this.stop("The engine of this page did not start.");
  }

  run(job) {
    return new Promise((resolve, reject) => {
      this.waiting.get(job.widget)?.resolve(null); // overtaken by a newer one
      this.waiting.set(job.widget, { job, resolve, reject });
      this.next();
    });
  }

  next() {
    if (this.busy || this.waiting.size === 0) return;
    this.start();
    const [widget, request] = this.waiting.entries().next().value;
    this.waiting.delete(widget);
    this.busy = request;
    this.clock = setTimeout(() => this.stop("The run took too long and was stopped."), PATIENCE);
    this.worker.postMessage(request.job);
  }

  finish({ shown, error }) {
    clearTimeout(this.clock);
    const request = this.busy;
    this.busy = null;
    if (error) request?.reject(new Error(error));
    else request?.resolve(shown);
    this.next();
  }

  stop(reason) {
    this.worker.terminate();
    this.worker = null;
    this.finish({ error: reason });
  }
}

export const engine = new Engine();

// What widget.js knows from Jupyter: traits with change events. Setting "settings" asks for a run.
class PageModel {
  constructor(section, given, key) {
    Object.assign(this, { section, given, key, handlers: {} });
    this.values = { defaults: given.defaults, settings: {}, error: "" };
  }

  get(name) {
    return this.values[name];
  }

  set(name, value) {
    this.values[name] = value;
    for (const handler of this.handlers["change:" + name] ?? []) handler();
  }

  on(name, handler) {
    (this.handlers[name] ??= new Set()).add(handler);
  }

  off(name, handler) {
    this.handlers[name]?.delete(handler);
  }

  save_changes() {
    this.refresh();
  }

  run() {
    const { show, tables, defaults } = this.given;
    const settings = { ...defaults, ...this.values.settings };
    return engine.run({ widget: this.key, show, tables, settings });
  }

  async refresh() {
    try {
      const shown = await this.run();
      if (shown) await this.draw(shown);
    } catch (problem) {
      this.set("error", `${problem.message} The figure shows the last run that came through.`);
    }
  }

  // Vega draws into the page's own figure, in place of the finished picture, and then changes only
  // what a new run changes.
  async draw(shown) {
    const size = NARROW.matches ? "narrow" : "wide";
    this.charts ??= {};
    const chart = (this.charts[size] ??= new window.vega.View(
      window.vega.parse(this.given.charts[size]),
      { renderer: "svg" },
    ));
    for (const [name, rows] of Object.entries(shown.data)) chart.data(name, rows);
    if (!chart.container()) chart.initialize(this.section.querySelector(`.ck-${size}`));
    await chart.runAsync();
    // The figure has one name for the whole; Vega's nameless parts would be faults beside it.
    chart.container().querySelector("svg").setAttribute("aria-hidden", "true");
    this.shown = shown;
    this.values.sentence = shown.sentence;
    this.values.table = { columns: shown.columns, rows: shown.rows.map((row) => row.map(text)) };
    this.set("picture", { alternative: `${this.given.picture} ${shown.sentence}` });
  }
}

function text(value) {
  if (typeof value !== "number") return String(value);
  return String(Number(value.toFixed(3))).replace("-", "−");
}

// A link such as #widget-death-spiral?shock=0.1 restores a scenario. Nothing of it but admissible values
// of known controls gets further than this function; null if the link is none of this widget's.
function bookmarked(section) {
  const [name, query] = location.hash.slice(1).split("?");
  if (name !== section.id) return null;
  const settings = {};
  for (const [key, value] of new URLSearchParams(query ?? "")) {
    const control = [...section.querySelectorAll("[data-name]")].find(
      (node) => node.dataset.name === key,
    );
    const held = control && admissible(control, value);
    if (held !== undefined) settings[key] = held;
  }
  return settings;
}

async function comeAlive(section, number) {
  const status = section.querySelector("[data-part=status]");
  const given = JSON.parse(section.querySelector("[data-part=engine]").textContent);
  const model = new PageModel(section, given, number);
  const still = status.innerHTML;
  status.textContent = "The engine of this widget is starting …";
  try {
    model.values.settings = bookmarked(section) ?? given.settings;
    const [, shown] = await Promise.all([loadVega(), model.run()]);
    for (const node of section.querySelectorAll("[disabled]")) node.disabled = false;
    for (const node of section.querySelectorAll("[data-live]")) node.hidden = false;
    frontEnd.render({ model, el: section.parentElement });
    await model.draw(shown);
    status.textContent = "Live: move a control and the figure follows.";
    section.dataset.live = "true";
    NARROW.addEventListener("change", () => model.draw(model.shown));
    addEventListener("hashchange", () => {
      const wanted = bookmarked(section);
      if (wanted) {
        bringIntoView(section);
        model.set("settings", wanted);
        model.refresh();
      }
    });
  } catch (problem) {
    status.innerHTML = still;
    status.append(` (${problem.message})`);
  }
}

// Who follows the address of a scenario wants to see it, even if the page keeps it folded.
function bringIntoView(section) {
  for (let fold = section.closest("details"); fold; fold = fold.parentElement.closest("details")) {
    fold.open = true;
  }
  section.scrollIntoView();
}

// A widget starts when a reader comes near it, or comes by the address of one of its scenarios.
function watch(section, number) {
  let started = false;
  const start = () => {
    if (!started) comeAlive(section, number);
    started = true;
  };
  const near = new IntersectionObserver(
    (entries) => {
      if (entries.some((entry) => entry.isIntersecting)) {
        near.disconnect();
        start();
      }
    },
    { rootMargin: "300px" },
  );
  near.observe(section);
  if (bookmarked(section)) {
    bringIntoView(section);
    start();
  }
  for (const sign of ["pointerenter", "focusin", "touchstart"]) {
    section.addEventListener(sign, start, { once: true, passive: true });
  }
}

// Parsed is enough: the theme's scripts, which run next, are none of our business. Meanwhile the
// engine of a scenario that was asked for starts in its own thread.
function whenParsed(work) {
  if (document.readyState !== "loading") return work();
  document.addEventListener("readystatechange", work, { once: true });
}

if (location.hash.startsWith("#widget-")) {
  engine.start();
  loadVega().catch(() => {}); // said where it is needed
}
whenParsed(() => document.querySelectorAll("section.ck-widget").forEach(watch));
