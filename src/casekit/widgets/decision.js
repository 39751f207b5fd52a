// Seal, then reveal: a decision box keeps choice, probability and reason in this browser alone. The
// seal and the score are computed by the page's own engine, from the same Python as everywhere.

import { engine } from "./live.js";

const KEPT = "casekit-decisions";
const SHOW = "casekit.models._sealed";

// Storage can be full, blocked or hold something else; the page then works without memory.
let memory = {};
function kept() {
  try {
    const found = Object.entries(JSON.parse(localStorage.getItem(KEPT)) ?? memory);
    memory = Object.fromEntries(found.filter(([, record]) => isSealed(record)));
  } catch {
    // what this page has seen still counts
  }
  return memory;
}

function isSealed(record) {
  const words = ["decision", "choice", "reason", "sealed", "seal"];
  return (
    words.every((name) => typeof record?.[name] === "string") &&
    ["confidence", "outcome"].every((name) => Number.isFinite(record[name]))
  );
}

function keep(all) {
  memory = all;
  try {
    localStorage.setItem(KEPT, JSON.stringify(all));
    return true;
  } catch {
    return false;
  }
}

function judge(all) {
  const decisions = Object.values(all);
  return engine.run({ widget: "decisions", show: SHOW, settings: { decisions } });
}

function score(count, brier) {
  const over = count === 1 ? "one forecast" : `${count} forecasts`;
  return (
    `Brier score over ${over}: ${brier.toFixed(2)} ` +
    "(nought is perfect, 0.25 is what always saying fifty percent earns)."
  );
}

function download() {
  const link = document.createElement("a");
  const text = JSON.stringify(kept(), null, 2);
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = "casekit-decisions.json";
  link.click();
  URL.revokeObjectURL(link.href);
}

function box(section) {
  const name = section.dataset.decision;
  const [sure, why] = [section.querySelector("[type=number]"), section.querySelector("textarea")];
  const radios = [...section.querySelectorAll("[type=radio]")];
  const status = section.querySelector("[role=status]");
  const button = (action) => section.querySelector(`[data-action=${action}]`);
  const epilogue = document.getElementById(`epilogue-${name}`);

  function lock(sealed) {
    for (const field of [...radios, sure, why]) field.disabled = sealed;
    button("seal").hidden = sealed;
    button("forget").hidden = button("download").hidden = !sealed;
  }

  function show(record) {
    for (const radio of radios) radio.checked = radio.value === record.choice;
    sure.value = record.confidence;
    why.value = record.reason;
    lock(true);
    status.textContent = `Sealed ${record.sealed.slice(0, 10)}. Seal: ${record.seal}`;
  }

  function missing() {
    if (!radios.some((radio) => radio.checked)) return "Choose one of the options.";
    if (sure.value === "" || !sure.checkValidity()) return "Give a probability from 0 to 100.";
    if (!why.value.trim()) return "Give a reason: a sentence will do.";
    return "";
  }

  async function seal() {
    const fault = missing();
    if (fault) {
      status.textContent = `${fault} Nothing is sealed yet.`;
      return;
    }
    const record = {
      decision: name,
      choice: radios.find((radio) => radio.checked).value,
      confidence: Number(sure.value),
      reason: why.value.trim(),
      outcome: Number(section.dataset.outcome),
      sealed: new Date().toISOString(),
    };
    status.textContent = "The seal is being made …";
    try {
      const all = { ...kept(), [name]: record };
      const { seals, brier } = await judge(all);
      record.seal = seals[Object.keys(all).indexOf(name)];
      const stored = keep(all);
      show(record);
      status.textContent += `. ${score(Object.keys(all).length, brier)}`;
      if (!stored) status.textContent += " This browser keeps nothing: download it.";
      if (epilogue) epilogue.open = true;
    } catch (problem) {
      status.textContent = `Not sealed: ${problem.message} Your words are still here.`;
    }
  }

  button("seal").addEventListener("click", seal);
  button("download").addEventListener("click", download);
  button("forget").addEventListener("click", () => {
    const { [name]: _, ...others } = kept();
    keep(others);
    lock(false);
    status.textContent = "Forgotten: the box is open again.";
  });
  lock(false);
  status.textContent = "Your words stay in this browser.";
  if (kept()[name]) show(kept()[name]);
}

async function log(section) {
  const all = kept();
  const records = Object.values(all);
  if (records.length === 0) return;
  const status = section.querySelector("[role=status]");
  status.textContent = "Counting …";
  try {
    const { brier } = await judge(all);
    const list = document.createElement("ol");
    for (const { decision, choice, confidence, outcome } of records) {
      const item = document.createElement("li");
      const came = outcome ? "the forecast came true" : "the forecast did not come true";
      item.textContent = `${decision}: ${choice} You gave ${confidence} percent; ${came}.`;
      list.append(item);
    }
    status.textContent = score(records.length, brier);
    section.append(list);
  } catch (problem) {
    status.textContent = `The score could not be computed: ${problem.message}`;
  }
}

function whenParsed(work) {
  if (document.readyState !== "loading") return work();
  document.addEventListener("readystatechange", work, { once: true });
}

whenParsed(() => {
  document.querySelectorAll("section[data-decision]").forEach(box);
  document.querySelectorAll("section[data-part=decisions]").forEach(log);
});
